"""Sums that must be right whatever happened: of what the contracts say, which is what the model says by
then."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from tests.fuzz.bridge.codec import FINALIZE_ERC20, FINALIZE_ERC721, Message, arguments, selector
from tests.fuzz.bridge.deploy import L1, L2, MARKET, PEOPLE, RICH, WEALTH
from tests.fuzz.bridge.ledger import Side
from tests.fuzz.bridge.properties import broken
from tests.fuzz.bridge.tokens import MintableToken
from tests.fuzz.message_passer import withdrawal_hash

if TYPE_CHECKING:
    from tests.fuzz.bridge.play import Play

HONEST = ("gold", "echo", "mute", "silver")
INITIAL = RICH * len(PEOPLE)


def ether_is_conserved(play: "Play") -> None:
    l1, l2 = (sum(side.state.ether.values()) for side in (play.model.l1, play.model.l2))
    if l1 != 2 * INITIAL:
        broken("E-1", f"L1 has {l1 - 2 * INITIAL} wei more than in the beginning")
    if l2 != INITIAL + play.minted - play.burned:
        broken("E-1", f"L2 has {l2} wei, after {play.minted} were minted and {play.burned} burned")


def portal_holds_what_l2_has(play: "Play") -> None:
    l1, l2 = play.model.l1.state, play.model.l2.state
    there = sum(l2.ether.values()) - l2.ether.get(L2["passer"], 0)
    coming = sum(deposit.mint for deposit in play.deposits)
    leaving = sum(w[3] for w in play.withdrawals if withdrawal_hash(w) not in play.paid)
    held = l1.ether[L1["portal"]] - play.donated
    if held != there + coming + leaving:
        broken(
            "E-2",
            f"the portal holds {held} wei; L2 has {there}, {coming} are coming there, {leaving} leaving",
        )


def messengers_hold_what_failed(play: "Play") -> None:
    for chain, messenger in ((1, L1["messenger"]), (2, L2["messenger"])):
        _, side = play.sides(chain)
        failed = sum(message.value for message in play.failed(chain))
        held = side.state.ether.get(messenger, 0)
        if held != failed:
            broken("E-3", f"L{chain}'s messenger holds {held} wei, and {failed} are of messages that failed")


def bridges_keep_no_ether(play: "Play") -> None:
    for chain, places in ((1, L1), (2, L2)):
        _, side = play.sides(chain)
        for name in ("bridge", "nft_bridge"):
            if wei := side.state.ether.get(places[name], 0):
                broken("E-4", f"L{chain}'s {name} has {wei} wei")


def tokens_are_backed(play: "Play") -> None:
    """For each pair that a factory made, in either direction."""
    for home, away in ((1, 2), (2, 1)):
        (_, here), (_, there) = play.sides(home), play.sides(away)
        for token, remote in there.state.made.items():
            key = remote, token
            supply = sum(n for (t, _), n in there.state.tokens.items() if t == token)
            on_its_way = sum(amount for chain in (1, 2) for amount in tokens_under_way(play, chain, key))
            locked = here.state.deposits.get(key, 0)
            if locked != supply + on_its_way:
                broken(
                    "T-1", f"{locked} are locked on L{home}, for {supply} there and {on_its_way} on their way"
                )


def tokens_under_way(play: "Play", to: int, pair: tuple[bytes, bytes]) -> Iterator[int]:
    """Amounts of messages that have not come to L`to` successfully, about tokens of a pair in either
    order."""
    for message in play.under_way(to):
        if message.data[:4] == selector(FINALIZE_ERC20) and _is_of_bridges(message, "bridge", to):
            found = arguments(FINALIZE_ERC20, message.data[4:])
            assert found is not None
            if set(found[:2]) == set(pair):
                yield found[4]


def _is_of_bridges(message: Message, name: str, to: int) -> bool:
    here, there = (L1, L2) if to == 1 else (L2, L1)
    return message.sender == there[name] and message.target == here[name]


def bridges_hold_honest_tokens(play: "Play") -> None:
    for chain, bridge in ((1, L1["bridge"]), (2, L2["bridge"])):
        _, side = play.sides(chain)
        for name in HONEST:
            token = play.tokens[chain][name].address
            if isinstance(side.codes[token], MintableToken):
                continue
            held = side.state.tokens.get((token, bridge), 0)
            owed = sum(amount for (local, _), amount in side.state.deposits.items() if local == token)
            if held < owed:  # anybody may send it more
                broken("T-2", f"L{chain}'s bridge holds {held} {name} and owes {owed}")
            if (total := _total(side, token)) != 4 * WEALTH:
                broken("T-5", f"there are {total} {name}")


def _total(side: Side, token: bytes) -> int:
    return sum(amount for (t, _), amount in side.state.tokens.items() if t == token)


def art_is_in_one_place(play: "Play") -> None:
    art, twin = play.tokens[1]["art"].address, play.tokens[2]["art"].address
    l1, l2 = play.model.l1.state, play.model.l2.state
    for (token, id_), who in l1.art.items():
        pairs = [pair for pair in l1.escrow if pair[0] == token and pair[2] == id_]
        if (who == L1["nft_bridge"]) != (len(pairs) == 1):
            broken("N-1", f"art {id_} is escrowed {len(pairs)} times, and 0x{who.hex()} has it")
        there = (twin, id_) in l2.art
        coming = sum(
            _is_about(message, id_, (art, twin)) for chain in (1, 2) for message in play.under_way(chain)
        )
        if there + coming != ((art, twin, id_) in l1.escrow):
            broken("N-1", f"art {id_} is on L2: {there}; on its way {coming} times; in escrow: {pairs}")


def _is_about(message: Message, id_: int, pair: tuple[bytes, bytes]) -> bool:
    if message.data[:4] != selector(FINALIZE_ERC721):
        return False
    to = 2 if message.target == L2["nft_bridge"] else 1
    found = arguments(FINALIZE_ERC721, message.data[4:])
    return bool(
        found
        and _is_of_bridges(message, "nft_bridge", to)
        and set(found[:2]) == set(pair)
        and found[4] == id_
    )


def messages_are_recorded_once(play: "Play") -> None:
    for chain in (1, 2):
        hashes = [message.hash for message in play.sent[chain - 1]]
        if len(set(hashes)) != len(hashes):
            broken("M-8", f"two messages of L{chain} have the same hash")
        nonces = [message.nonce for message in play.sent[chain - 1]]
        if nonces != list(range(1 << 240, (1 << 240) + len(nonces))):
            broken("M-8", f"L{chain}'s messages have the nonces {[hex(n) for n in nonces]}")


def prices_move_in_steps(play: "Play") -> None:
    limit, elasticity, denominator, least, _, most = MARKET
    price, bought, block = play.world.l1.portal.read("params")
    if bought > limit or not least <= price <= most:
        broken("R-1", f"{bought} gas is bought in block {block}, at {price} wei")
    if block:
        wanted = play.model.l1.state.bought
        if wanted[0] and (block, bought) != wanted:
            broken("R-1", f"{bought} gas is bought in block {block}, not {wanted[1]} in {wanted[0]}")
    before, last = play.price
    if block > last:
        blocks = block - last
        if price > before + before * (elasticity - 1) // denominator or price < _fallen(
            before, blocks, denominator, least
        ):
            broken("R-2", f"the price goes from {before} to {price} in {blocks} blocks")
    elif price != before:
        broken("R-2", f"the price goes from {before} to {price} within a block")
    play.price = price, block


def _fallen(price: int, blocks: int, denominator: int, least: int) -> int:
    for _ in range(min(blocks, 200)):
        price = price * (denominator - 1) // denominator
    return max(least, price - 1)


ALWAYS: tuple[Callable[["Play"], None], ...] = (
    ether_is_conserved,
    portal_holds_what_l2_has,
    messengers_hold_what_failed,
    bridges_keep_no_ether,
    tokens_are_backed,
    bridges_hold_honest_tokens,
    art_is_in_one_place,
    messages_are_recorded_once,
    prices_move_in_steps,
)
