"""Classes of the Chinese Library Classification (中图法): names of the main ones, and what a notation includes."""

import re

from django.db.models import Q
from django.utils.translation import pgettext_lazy

from personal_catalog.class_numbers import NOTATION, prefixes

NAMES = {
    "A": pgettext_lazy("class", "Marxism, Leninism, Mao Zedong Thought, Deng Xiaoping Theory"),
    "B": pgettext_lazy("class", "Philosophy and religion"),
    "C": pgettext_lazy("class", "Social sciences in general"),
    "D": pgettext_lazy("class", "Politics and law"),
    "E": pgettext_lazy("class", "Military science"),
    "F": pgettext_lazy("class", "Economics"),
    "G": pgettext_lazy("class", "Culture, science, education and sport"),
    "H": pgettext_lazy("class", "Languages"),
    "I": pgettext_lazy("class", "Literature"),
    "J": pgettext_lazy("class", "Art"),
    "K": pgettext_lazy("class", "History and geography"),
    "N": pgettext_lazy("class", "Natural sciences in general"),
    "O": pgettext_lazy("class", "Mathematics, physics and chemistry"),
    "P": pgettext_lazy("class", "Astronomy and earth sciences"),
    "Q": pgettext_lazy("class", "Life sciences"),
    "R": pgettext_lazy("class", "Medicine and health"),
    "S": pgettext_lazy("class", "Agriculture"),
    "T": pgettext_lazy("class", "Industrial technology"),
    "U": pgettext_lazy("class", "Transport"),
    "V": pgettext_lazy("class", "Aviation and space flight"),
    "X": pgettext_lazy("class", "Environment and safety"),
    "Z": pgettext_lazy("class", "General works"),
    "TB": pgettext_lazy("class", "General engineering"),
    "TD": pgettext_lazy("class", "Mining"),
    "TE": pgettext_lazy("class", "Oil and gas"),
    "TF": pgettext_lazy("class", "Metallurgy"),
    "TG": pgettext_lazy("class", "Metals and metalworking"),
    "TH": pgettext_lazy("class", "Machinery and instruments"),
    "TJ": pgettext_lazy("class", "Weapons"),
    "TK": pgettext_lazy("class", "Energy and power engineering"),
    "TL": pgettext_lazy("class", "Nuclear technology"),
    "TM": pgettext_lazy("class", "Electrical engineering"),
    "TN": pgettext_lazy("class", "Electronics and communication"),
    "TP": pgettext_lazy("class", "Automation and computing"),
    "TQ": pgettext_lazy("class", "Chemical industry"),
    "TS": pgettext_lazy("class", "Light industry and crafts"),
    "TU": pgettext_lazy("class", "Building"),
    "TV": pgettext_lazy("class", "Water engineering"),
}


def label(notation: str) -> str:
    """`O` → `O Mathematics, physics and chemistry`; a finer class is its notation."""
    name = NAMES.get(notation)
    return f"{notation} {name}" if name else notation


def stem(notation: str, *, within: str = "") -> str:
    """The class one step finer than `within` in which a notation stands: O → O2 → O22; T → TP → TP3; "" → O or TP."""
    notation = notation.strip().upper()
    if not NOTATION.match(notation) or not notation.startswith(within):
        return ""
    if not within or within == "T":
        return notation[:2] if notation.startswith("T") else notation[:1]
    return re.sub(r"\W+$", "", notation[: len(within) + 1]) or ""


def within(notation: str) -> Q:
    """A condition on titles; digits first mean Dewey."""
    found = Q(pk__in=[])
    for prefix in prefixes(notation):
        found |= Q(ddc__startswith=prefix) if prefix[0].isdigit() else Q(clc__startswith=prefix)
    return found
