"""Files of books, whatever they come from: bytes in, rows out. Pure: no database, no network.

A row that can't be read is named and never stops the others; what is refused as a whole raises ImportRefused.
"""
