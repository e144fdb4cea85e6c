"""Reads and checks `matrix.yaml`: the cells, the trees and the defaults."""
