# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this module_utils is not meant for use outside the multiaccount.aws collection.

"""Which Regions the options name: lists, and the words all and linked."""

from __future__ import annotations

import re
from typing import Collection, Iterable, List, NamedTuple, Optional, Sequence

from ..errors import InvalidInput
from .options import nearest, split_text

ALL, LINKED = WORDS = ("all", "linked")

# The form of a Region's name, such as eu-west-1, us-gov-east-1 or eusc-de-east-1.
_REGION_FORM = re.compile(r"[a-z]{2,4}(-[a-z]+){1,2}-[0-9]+")


class KnownRegions(NamedTuple):
    """The Regions where the installed botocore knows Security Hub, and its version."""

    names: Collection[str]
    version: str


class RequestedRegions(NamedTuple):
    """The options ``regions`` and ``exclude_regions``, read without any call.

    :param names: the Regions in the order of the request; none where ``word`` is set
    :param word: all or linked, None for a list of names
    :param asked_in: the Region in which the first call is made
    """

    names: Sequence[str]
    word: Optional[str]
    excluded: Sequence[str]
    asked_in: str


def requested_regions(
    regions: Optional[Iterable[object]],
    exclude: Optional[Iterable[object]],
    connection_region: Optional[str],
    known: KnownRegions,
) -> RequestedRegions:
    """Return the Regions that the options name.

    :param regions: the option ``regions``, None where it was not given
    :param connection_region: the Region of the connection options
    :raises InvalidInput: for what is no Region, for none at all, or if none is left
    """
    excluded = parse_regions(exclude, known, "exclude_regions") if exclude and split_text(exclude) else []
    word = _word(split_text(regions or ()))
    if word:
        return RequestedRegions((), word, excluded, _region_to_ask_in(word, connection_region, known))
    names = without(_named(regions, connection_region, known), excluded)
    return RequestedRegions(names, None, excluded, names[0])


def without(regions: Sequence[str], excluded: Sequence[str]) -> List[str]:
    """Return the Regions that are not excluded.

    :raises InvalidInput: if none is left
    """
    left = [region for region in regions if region not in excluded]
    if not left:
        raise InvalidInput(f"exclude_regions: no Region is left of {', '.join(regions)}. Exclude fewer Regions.")
    return left


def _named(regions: Optional[Iterable[object]], connection_region: Optional[str], known: KnownRegions) -> List[str]:
    if regions is not None:
        return parse_regions(regions, known, "regions")
    if not connection_region:
        raise InvalidInput(
            "No Region: set regions or region, the environment variable AWS_REGION, or a region in the profile."
        )
    return [parse_region(connection_region, known)]


def _word(parts: Sequence[str]) -> Optional[str]:
    """Return the word that stands for Regions, which has nothing beside it; None for a list of names."""
    word = next((part for part in parts if part in WORDS), None)
    if word and len(parts) > 1:
        others = ", ".join(repr(part) for part in parts if part != word)
        raise InvalidInput(
            f"regions: {word} can't be combined with {others}. Set only {word}, or a list of Regions; exclude_regions "
            "takes Regions out."
        )
    return word


def _region_to_ask_in(word: str, connection_region: Optional[str], known: KnownRegions) -> str:
    if not connection_region:
        raise InvalidInput(
            f"regions: {word} is looked up in the Region from the connection options, and there is none. Set region, "
            "the environment variable AWS_REGION, or a region in the profile."
        )
    return parse_region(connection_region, known)


def parse_regions(values: Iterable[object], known: KnownRegions, option: str) -> List[str]:
    """Return the Regions in a list or text, each once, in order.

    :raises InvalidInput: naming every part that is none where botocore knows Security Hub, or if there is no part
    """
    regions = split_text(values)
    if not regions:
        raise InvalidInput(f"{option}: empty. Name at least one Region, or leave the option out.")
    wrong = [part for part in regions if part not in known.names]
    if wrong:
        raise InvalidInput(_unknown(wrong, known, option))
    return regions


def parse_region(region: str, known: KnownRegions) -> str:
    """Return the Region of the connection options, which is one Region, never split.

    :raises InvalidInput: if it is none
    """
    if region in WORDS:
        raise InvalidInput(f"region: {region!r} is not one Region. Set regions to {region}, and region to a Region.")
    if region not in known.names and len(region.replace(",", " ").split()) > 1:
        raise InvalidInput(f"region: {region!r} is not one Region. Name several in regions.")
    return parse_regions([region], known, "region")[0]


def _unknown(names: Sequence[str], known: KnownRegions, option: str) -> str:
    """Say which names are no Regions, what was probably meant, and what to do."""
    candidates = [*known.names, *(WORDS if option == "regions" else ())]
    hints = {name: nearest(name, candidates) for name in names}
    named = ", ".join(f"{name!r} (did you mean {hint}?)" if hint else repr(name) for name, hint in hints.items())
    new = [name for name in names if _REGION_FORM.fullmatch(name)]
    noun = "not a Region" if len(names) == 1 else "not Regions"
    sentences = [f"{option}: {noun} with Security Hub: {named}."]
    if not all(hints.values()):
        sentences.append("Check the spelling, such as eu-west-1.")
    if new:
        verb = "is a new Region" if len(new) == 1 else "are new Regions"
        sentences.append(f"If {' and '.join(new)} {verb}, update botocore ({known.version} is installed).")
    return " ".join(sentences)
