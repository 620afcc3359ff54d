"""How many people have to stand behind a number, a list or a hint before it is told: of fewer it would tell about persons (P6)."""

FEWEST_PEOPLE = 5
"""The sentences on the pages say “five”, and so does a constraint of the database (`RelatedTitle`)."""
