"""DisputeGameFactory and FaultDisputeGame: games made, read as values, and played."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from opcycle.artifacts import artifact
from opcycle.l1.anchor_state_registry import AnchorStateRegistry
from opcycle.l1.contract import BlockLabel, Contract, read_across
from opcycle.l1.preimage_oracle import PreimageOracle
from opcycle.l1.reverts import RevertDecoder
from opcycle.l1.transactions import TransactionRequest
from opcycle.protocol.dispute_game import Claim, DisputeGame, GameParameters, GameStatus
from opcycle.protocol.outputs import OutputRootProof
from opcycle.protocol.positions import Position
from opcycle.protocol.types import Address, Hash
from opcycle.rpc.client import RpcClient

CLAIMS_PER_READ = 200
"""Claims asked for in one request."""

GAMES_PER_READ = 100
"""Games searched in one request."""

NO_PARENT = 2**32 - 1
NOBODY = bytes(20)

_UNDECIDED, _NORMAL, _REFUND = range(3)
"""Of `bondDistributionMode`."""

_PRESTATE, _VM, _REGISTRY = slice(0, 32), slice(32, 52), slice(52, 72)
_CHAIN_ID, _PROPOSER = slice(92, 124), slice(124, 144)
"""Where they are in `gameArgs`: prestate 32 ‖ vm 20 ‖ anchor registry 20 ‖ weth 20 ‖ L2 chain id 32, and of a
permissioned type ‖ proposer 20 ‖ challenger 20."""


@dataclass(frozen=True, slots=True)
class ListedGame:
    """A game as the factory lists it. `created_at`: L1 time, seconds."""

    index: int
    game_type: int
    created_at: int
    address: Address


@dataclass(frozen=True, slots=True)
class ProposedGame:
    """What a game claims: that `root` is the output root of an L2 block. `created_at`: L1 time, seconds."""

    index: int
    address: Address
    created_at: int
    root: Hash
    l2_block: int


@dataclass(frozen=True, slots=True)
class GameKind:
    """What all games of a type have in common, as the factory makes them now.

    `bond` of the root claim in wei; `reach`: how many L2 blocks after the anchor a game can tell apart;
    `chain_id`: the L2 that they are about; `proposer`: who alone may make them, None for anyone.
    """

    logic: Address
    bond: int
    reach: int
    registry: Address
    chain_id: int
    proposer: Address | None = None


@dataclass(frozen=True, slots=True)
class Earnings:
    """What an account gets by the next of the two calls of `claimCredit`: the first unlocks, the second pays.

    `amount` in wei, from L1 time `claimable_from` (seconds) on. `is_closed`: it is decided whether the game
    counts, and bonds go to those who won them, or does not, and they go back to those who paid them; before
    that, `amount` is what it would be now, and may become `at_most`. `is_paused`: the guardian has stopped
    payouts.
    """

    amount: int
    at_most: int
    claimable_from: int
    is_unlocked: bool
    is_closed: bool
    is_paused: bool


class DisputeGameFactory:
    """Every getter reads at the end of the named L1 block."""

    def __init__(self, rpc: RpcClient, address: Address):
        self.contract = Contract(rpc, address, artifact("DisputeGameFactory").abi)
        self.contract.errors = _errors_of_creation()

    def game_count(self, *, block: BlockLabel) -> int:
        count: int = self.contract.read("gameCount", block=block)
        return count

    def games(self, indices: Sequence[int], *, block: BlockLabel) -> list[ListedGame]:
        """Several in one request."""
        found = self.contract.read_many([("gameAtIndex", [index]) for index in indices], block=block)
        return [
            ListedGame(index, game_type, created_at, address)
            for index, (game_type, created_at, address) in zip(indices, found, strict=True)
        ]

    def latest_games(self, game_type: int, *, until: int, block: BlockLabel) -> list[ProposedGame]:
        """Up to `GAMES_PER_READ` games of a type, newest first, of those below index `until`."""
        if until == 0:
            return []
        found = self.contract.read(
            "findLatestGames", game_type, until - 1, min(until, GAMES_PER_READ), block=block
        )
        return [
            ProposedGame(index, metadata[-20:], created_at, root, int.from_bytes(extra_data, "big"))
            for index, metadata, created_at, root, extra_data in found
        ]

    def last_proposed(self, game_type: int, proposer: Address, *, since: int, block: Hash) -> int | None:
        """When an account has made its last game of a type, if at or after `since`; L1 time in seconds."""
        until = self.game_count(block=block)
        while until > 0:
            first = max(0, until - GAMES_PER_READ)
            listed = self.games(range(first, until), block=block)
            recent = [g for g in listed if g.game_type == game_type and g.created_at >= since]
            games = [FaultDisputeGame(self.contract.rpc, game.address).contract for game in recent]
            creators = read_across([(game, "gameCreator", ()) for game in games], block=block)
            own = [g.created_at for g, creator in zip(recent, creators, strict=True) if creator == proposer]
            if own or listed[0].created_at < since:
                return max(own, default=None)
            until = first
        return None

    def find(self, game_type: int, root: Hash, l2_block_number: int, *, block: BlockLabel) -> Address | None:
        """The game that claims this; there is never a second one."""
        extra_data = l2_block_number.to_bytes(32, "big")
        game, _ = self.contract.read("games", game_type, root, extra_data, block=block)
        return None if game == NOBODY else game

    def kind(self, game_type: int, *, block: BlockLabel) -> GameKind | None:
        """None if the factory makes no games of that type."""
        getters = ("gameImpls", "initBonds", "gameArgs")
        calls = [(getter, (game_type,)) for getter in getters]
        logic, bond, arguments = self.contract.read_many(calls, block=block)
        if logic == NOBODY:
            return None
        split_depth = FaultDisputeGame(self.contract.rpc, logic).contract.read("splitDepth", block=block)
        return GameKind(
            logic=logic,
            bond=bond,
            reach=2**split_depth,
            registry=arguments[_REGISTRY],
            chain_id=int.from_bytes(arguments[_CHAIN_ID], "big"),
            proposer=arguments[_PROPOSER] or None,
        )

    def absolute_prestate(self, game_type: int, *, block: BlockLabel) -> Hash | None:
        """What new games of a type are about; None if the factory makes none."""
        arguments: bytes = self.contract.read("gameArgs", game_type, block=block)
        return arguments[_PRESTATE] or None

    def preimages(self, game_types: Sequence[int], *, block: BlockLabel) -> list[PreimageOracle]:
        """Where the machines of new games of these types read, each oracle once."""
        calls = [("gameArgs", (game_type,)) for game_type in game_types]
        arguments = self.contract.read_many(calls, block=block)
        machines = dict.fromkeys(item[_VM] for item in arguments if item)
        oracles = [_oracle(self.contract.rpc, machine, block=block) for machine in machines]
        return [*{oracle.address: oracle for oracle in oracles}.values()]

    def init_bond(self, game_type: int, *, block: BlockLabel) -> int:
        """The bond of a root claim, in wei."""
        bond: int = self.contract.read("initBonds", game_type, block=block)
        return bond

    def create(self, game_type: int, root: Hash, l2_block_number: int, *, bond: int) -> TransactionRequest:
        """Claim an output root."""
        extra_data = l2_block_number.to_bytes(32, "big")
        return self.contract.request("create", game_type, root, extra_data, value=bond)


@cache
def _errors_of_creation() -> RevertDecoder:
    """The factory's, and those of the game that it makes."""
    names = ("DisputeGameFactory", "FaultDisputeGame", "PermissionedDisputeGame")
    return RevertDecoder(entry for name in names for entry in artifact(name).abi)


class FaultDisputeGame:
    """One game. What cannot change is read once."""

    def __init__(self, rpc: RpcClient, address: Address):
        self.contract = Contract(rpc, address, artifact("FaultDisputeGame").abi)
        self._parameters: GameParameters | None = None

    def parameters(self, *, block: BlockLabel) -> GameParameters:
        if self._parameters is None:
            getters = ("maxGameDepth", "splitDepth", "maxClockDuration", "clockExtension", "absolutePrestate")
            self._parameters = GameParameters(
                *self.contract.read_many([(getter, ()) for getter in getters], block=block)
            )
        return self._parameters

    def status(self, *, block: BlockLabel) -> GameStatus:
        return GameStatus(self.contract.read("status", block=block))

    def read(self, *, block: Hash) -> DisputeGame:
        """The whole game at the end of an L1 block."""
        getters = (
            "status",
            "createdAt",
            "startingBlockNumber",
            "l2BlockNumber",
            "l1Head",
            "l2BlockNumberChallenged",
            "l2BlockNumberChallenger",
            "claimDataLen",
        )
        values = self.contract.read_many([(getter, ()) for getter in getters], block=block)
        status, created_at, starting_block, claimed_block, l1_head, is_challenged, challenger, count = values
        claims, resolved = self._claims(count, block=block)
        return DisputeGame(
            address=self.contract.address,
            parameters=self.parameters(block=block),
            status=GameStatus(status),
            created_at=created_at,
            starting_block=starting_block,
            claimed_block=claimed_block,
            l1_head=l1_head,
            block_number_challenger=challenger if is_challenged else None,
            claims=claims,
            resolved=resolved,
        )

    def preimages(self, *, block: BlockLabel) -> PreimageOracle:
        """Where the game's machine reads."""
        return _oracle(self.contract.rpc, self.contract.read("vm", block=block), block=block)

    def run_step(self, state: bytes, proof: bytes, context: Hash, *, block: BlockLabel) -> Hash:
        """What the machine on L1 says that a step leads to. Raises TransactionRevertedError if it refuses."""
        machine = self.contract.read("vm", block=block)
        abi = artifact("AlphabetVM").abi  # every machine's, see IBigStepper
        found: Hash = Contract(self.contract.rpc, machine, abi).read(
            "step", state, proof, context, block=block
        )
        return found

    def starting_root(self, *, block: BlockLabel) -> Hash:
        """The output root that both sides agree on."""
        root: Hash = self.contract.read("startingRootHash", block=block)
        return root

    def earnings(self, account: Address, *, block: BlockLabel) -> Earnings:
        """Of a game that was decided."""
        mode, won, paid, is_unlocked, resolved_at, registry, weth = self.contract.read_many(
            [
                ("bondDistributionMode", ()),
                ("normalModeCredit", (account,)),
                ("refundModeCredit", (account,)),
                ("hasUnlockedCredit", (account,)),
                ("resolvedAt", ()),
                ("anchorStateRegistry", ()),
                ("weth", ()),
            ],
            block=block,
        )
        game, rpc = self.contract.address, self.contract.rpc
        judge = AnchorStateRegistry(rpc, registry)
        claimable_from = resolved_at + judge.finality_delay(block=block) + 1
        if is_unlocked:
            escrow = Contract(rpc, weth, artifact("DelayedWETH").abi)
            calls = [("withdrawals", (game, account)), ("delay", ())]
            (_, unlocked_at), delay = escrow.read_many(calls, block=block)
            claimable_from = unlocked_at + delay
        is_closed = mode != _UNDECIDED
        if not is_closed:
            (judgement,) = judge.judge([game], block=block)
            mode = _NORMAL if judgement.is_proper else _REFUND
        return Earnings(
            amount=won if mode == _NORMAL else paid,
            at_most=max(won, paid),
            claimable_from=claimable_from,
            is_unlocked=is_unlocked,
            is_closed=is_closed,
            is_paused=judge.is_paused(block=block),
        )

    def bonds(self, positions: Sequence[Position], *, block: BlockLabel) -> list[int]:
        """What a claim at each position costs, in wei."""
        calls = [("getRequiredBond", [int(position)]) for position in positions]
        bonds: list[int] = self.contract.read_many(calls, block=block)
        return bonds

    def move(self, claim: Claim, value: Hash, *, is_attack: bool, bond: int) -> TransactionRequest:
        """Answer a claim; refused if L1 has another claim at its index by then."""
        return self.contract.request("move", claim.value, claim.index, value, is_attack, value=bond)

    def step(self, claim: Claim, *, is_attack: bool, state: bytes, proof: bytes) -> TransactionRequest:
        """Counter a claim at the greatest depth."""
        return self.contract.request("step", claim.index, is_attack, state, proof)

    def add_local_data(self, claim: Claim, *, ident: int, offset: int) -> TransactionRequest:
        """Give the machine a word that the dispute of a claim has."""
        return self.contract.request("addLocalData", ident, claim.index, offset)

    def challenge_block_number(self, output: OutputRootProof, header: bytes) -> TransactionRequest:
        """Show that the root claim is of the block with this RLP-encoded header, not of the one it names."""
        parts = (
            output.version,
            output.state_root,
            output.message_passer_storage_root,
            output.latest_block_hash,
        )
        return self.contract.request("challengeRootL2Block", parts, header)

    def answers_to_look_at(self, index: int, *, block: BlockLabel) -> int:
        """How many answers to a claim nobody has looked at yet to settle it."""
        count: int = self.contract.read("getNumToResolve", index, block=block)
        return count

    def resolve_claim(self, index: int, answers: int, *, gas: int | None = None) -> TransactionRequest:
        """Look at up to so many further answers to a claim, and settle it if those were the last.

        At least one, if there is any: with 0 the contract looks at all of them, but at none once somebody has
        looked at one.
        """
        return self.contract.request("resolveClaim", index, answers, gas=gas)

    def resolve(self, *, gas: int | None = None) -> TransactionRequest:
        """Decide the game."""
        return self.contract.request("resolve", gas=gas)

    def close(self) -> TransactionRequest:
        """Decide whether the game counts; if its root claim stands, that may be the next anchor."""
        return self.contract.request("closeGame")

    def claim_credit(self, recipient: Address) -> TransactionRequest:
        """Unlock what a recipient has earned or, the second time, pay it."""
        return self.contract.request("claimCredit", recipient)

    def _claims(self, count: int, *, block: Hash) -> tuple[list[Claim], frozenset[int]]:
        """All claims, and the indices of those that are settled."""
        claims: list[Claim] = []
        resolved: set[int] = set()
        for first in range(0, count, CLAIMS_PER_READ):
            indices = range(first, min(count, first + CLAIMS_PER_READ))
            calls = [(getter, [index]) for getter in ("claimData", "resolvedSubgames") for index in indices]
            found = self.contract.read_many(calls, block=block)
            data, settled = found[: len(indices)], found[len(indices) :]
            claims += [_claim(index, values) for index, values in zip(indices, data, strict=True)]
            resolved |= {index for index, is_settled in zip(indices, settled, strict=True) if is_settled}
        return claims, frozenset(resolved)


def _claim(index: int, values: tuple[Any, ...]) -> Claim:
    parent, countered_by, claimant, bond, value, position, clock = values
    return Claim(
        index=index,
        parent=None if parent == NO_PARENT else parent,
        claimant=claimant,
        countered_by=None if countered_by == NOBODY else countered_by,
        bond=bond,
        value=value,
        position=Position(position),
        used=clock >> 64,
        made_at=clock % 2**64,
    )


def _oracle(rpc: RpcClient, machine: Address, *, block: BlockLabel) -> PreimageOracle:
    address = Contract(rpc, machine, artifact("AlphabetVM").abi).read("oracle", block=block)
    return PreimageOracle(rpc, address)
