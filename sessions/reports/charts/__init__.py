"""Plotly figures made of a report's figures."""
