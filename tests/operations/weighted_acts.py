"""Stateful tests whose acts have weights: hypothesis draws its rules evenly, or leaves most of them out, so that
little is lent, wanted and brought back."""

from collections import Counter
from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

F = TypeVar("F", bound=Callable[..., None])


class WeightedAct(NamedTuple):
    """How often an act is done among the others, when it can be done, and what of it is drawn."""

    weight: int
    can_happen: Callable[[Any], object]
    drawn: dict[str, st.SearchStrategy[Any]]
    function: Callable[..., None]


ACTS: dict[str, WeightedAct] = {}


def act(
    weight: int, when: Callable[[Any], object] = lambda _: True, **drawn: st.SearchStrategy[Any]
) -> Callable[[F], F]:
    """Marks a method as an act that can be done ``when`` something is so. One that takes ``data`` draws more itself."""

    def register(function: F) -> F:
        ACTS[function.__name__] = WeightedAct(weight, when, drawn, function)
        return function

    return register


class WeightedActs(RuleBasedStateMachine):
    """One rule, which does one of the acts. ``done`` counts them."""

    done: Counter[str]

    @rule(data=st.data())
    def something_happens(self, data: st.DataObject) -> None:
        possible = [name for name, one in ACTS.items() if one.can_happen(self) for _ in range(one.weight)]
        name = data.draw(st.sampled_from(possible), "what happens")
        chosen = ACTS[name]
        drawn = {what: data.draw(strategy, what) for what, strategy in chosen.drawn.items()}
        more = {"data": data} if "data" in chosen.function.__annotations__ else {}
        self.before_an_act()
        chosen.function(self, **drawn, **more)
        self.done[name] += 1

    def before_an_act(self) -> None:
        """What passes between two acts."""
