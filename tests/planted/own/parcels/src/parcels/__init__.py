"""Parcels, wrapped and sent."""
