"""Titles in the forms that other programs read. Each writer is pure: facts in, text or bytes out."""
