"""`matrix.yaml` as checked data: the cells, the trees and the defaults."""
