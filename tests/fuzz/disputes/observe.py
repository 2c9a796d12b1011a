"""What the contracts say about themselves, next to what the model says: every claim, clock, credit and
status.

All questions of a comparison go to the EVM in one call (`Batch.sol`); what comes back is compared as bytes
with what the model expects. Only if they differ, somebody looks where.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from eth_abi.abi import encode
from tests.fuzz.disputes.deploy import Deployment
from tests.fuzz.disputes.escrow import Request
from tests.fuzz.disputes.game import Game
from tests.fuzz.disputes.model import Settlement
from tests.fuzz.disputes.properties import broken, property_of
from tests.fuzz.disputes.truth import l2_of
from tests.fuzz.evm import Contract
from tests.fuzz.game_model import number
from tests.fuzz.message_passer import withdrawal_hash

from opcycle.keccak import keccak

NOBODY = bytes(20)
View = tuple[str, bytes, bytes]
"""The function's name, the question as Batch takes it, and the answer that is expected."""


def word(value: int) -> bytes:
    return value.to_bytes(32, "big")


def padded(address: bytes | None) -> bytes:
    return bytes(12) + (address or NOBODY)


class Observer:
    """Compares. `people`: whose balances and credits are looked at."""

    def __init__(self, deployment: Deployment, model: Settlement, people: Mapping[str, bytes]):
        self._deployment, self._model = deployment, model
        self._people = list(people.values())
        self._questions: dict[tuple[bytes, str, tuple[Any, ...]], bytes] = {}
        self._withdrawals = [withdrawal_hash(w) for w in l2_of(deployment.parameters).withdrawals]

    def compare(self, games: Iterable[Game], *, elsewhere: Iterable[Game] = ()) -> None:
        """Everything that games share, and these games. `elsewhere`: games that nobody has called, and in
        which nothing may have changed."""
        views = self._shared()
        for game in games:
            views += self.game(game)
        self._compare(views)
        self._balances()
        quiet = [view for game in elsewhere for view in self._kept(game)]
        self._compare(quiet, property_="G-15")

    def compare_lists(self) -> None:
        """What the factory finds, and what a game knows of each claim."""
        self._compare(self._listed() + self._preimages())
        self._compare([view for game in self._model.games for view in self._links(game)])

    def _compare(self, views: list[View], *, property_: str | None = None) -> None:
        calldata = b"".join([view[1] for view in views])
        expected = b"".join([view[2] for view in views])
        answer = self._deployment.chain.call(NOBODY, self._deployment.batch, calldata)
        if answer != expected:
            self._explain(views, property_)

    def _explain(self, views: list[View], property_: str | None) -> None:
        chain, batch = self._deployment.chain, self._deployment.batch
        for name, question, expected in views:
            found = chain.call(NOBODY, batch, question)
            if found != expected:
                if name == "claimData":
                    name, found, expected = different_part(found, expected)
                told = f"{name} is {readable(found)}, not {readable(expected)}"
                broken(property_ or property_of(name), told)
        raise AssertionError("a view answers differently when it is asked alone")

    def _balances(self) -> None:
        chain = self._deployment.chain
        for address, expected in self._model.balances.items():
            if (found := chain.balance(address)) != expected:
                broken("W-5", f"0x{address.hex()} has {found} wei, not {expected}")

    def _view(self, contract: Contract, name: str, *args: Any, is_: bytes) -> View:
        key = contract.address, name, args
        try:
            question = self._questions[key]
        except KeyError:
            data = contract.encode(name, *args)
            question = contract.address + len(data).to_bytes(2, "big") + data
            self._questions[key] = question
        return name, question, is_

    # --- a game ---

    def game(self, game: Game) -> list[View]:
        return self._kept(game) + self._clocks(game) + self._judgements(game)

    def _kept(self, game: Game) -> list[View]:
        """What is in a game's storage, and in WETH's about it."""
        at, view = self._deployment.game(game.address), self._view
        held = word(self._model.weth.get(game.address, 0))
        views = [
            view(at, "status", is_=word(game.status)),
            view(at, "resolvedAt", is_=word(game.resolved_at)),
            view(at, "bondDistributionMode", is_=word(game.mode)),
            view(at, "l2BlockNumberChallenger", is_=padded(game.wrong_block_shown_by)),
            view(at, "claimDataLen", is_=word(len(game.claims))),
            view(self._deployment.weth, "balanceOf", game.address, is_=held),
        ]
        for index in range(len(game.claims)):
            views += self._claim(at, game, index)
        for person in self._people:
            views += self._credits(at, game, person)
        return views

    def _clocks(self, game: Game) -> list[View]:
        if game.status:
            return []
        at, view, now = self._deployment.game(game.address), self._view, self._model.now
        return [
            view(at, "getChallengerDuration", index, is_=word(game.used(index, now)))
            for index in range(len(game.claims))
        ]

    def _judgements(self, game: Game) -> list[View]:
        model, registry, view = self._model, self._deployment.registry, self._view
        judgements = {
            "isGameRegistered": game.registered,
            "isGameRespected": game.respected,
            "isGameBlacklisted": game.address in model.blacklist,
            "isGameRetired": model.is_retired(game),
            "isGameProper": model.is_proper(game),
            "isGameResolved": game.status != 0,
            "isGameFinalized": model.is_finalized(game),
            "isGameClaimValid": model.is_claim_valid(game),
        }
        return [view(registry, name, game.address, is_=word(is_so)) for name, is_so in judgements.items()]

    def _links(self, game: Game) -> list[View]:
        """Who answers whom, and that a claim cannot be made again."""
        at, view = self._deployment.game(game.address), self._view
        views = []
        for index, claim in enumerate(game.claims):
            for nth, child in enumerate(claim.children):
                views.append(view(at, "subgames", index, nth, is_=word(child)))
            if index:
                place = number(claim.place).to_bytes(16, "big")
                name = keccak(claim.value + place + claim.parent.to_bytes(16, "big"))
                views.append(view(at, "claims", name, is_=word(1)))
        return views

    def _claim(self, at: Contract, game: Game, index: int) -> list[View]:
        claim, view = game.claims[index], self._view
        data = (
            word(claim.parent if claim.parent >= 0 else 2**32 - 1)
            + padded(claim.countered_by)
            + padded(claim.by)
            + word(claim.bond)
            + claim.value
            + word(number(claim.place))
            + word(claim.used << 64 | claim.at)
        )
        looked = claim.looked
        best = game.best_answer(index)
        checkpoint = bytes(128)
        if looked is not None:
            place = number(best.place) if best else 2**128 - 1
            checkpoint = word(1) + word(looked) + word(place) + padded(best.by if best else None)
        return [
            view(at, "claimData", index, is_=data),
            view(at, "resolvedSubgames", index, is_=word(claim.settled)),
            view(at, "getNumToResolve", index, is_=word(len(claim.children) - (looked or 0))),
            view(at, "resolutionCheckpoints", index, is_=checkpoint),
        ]

    def _credits(self, at: Contract, game: Game, person: bytes) -> list[View]:
        if not (person in game.deposited or person in game.credit or person in game.unlocked):
            return []
        request = self._model.requests.get((game.address, person), Request())
        view = self._view
        return [
            view(at, "normalModeCredit", person, is_=word(game.credit.get(person, 0))),
            view(at, "refundModeCredit", person, is_=word(game.paid.get(person, 0))),
            view(at, "hasUnlockedCredit", person, is_=word(person in game.unlocked)),
            view(at, "credit", person, is_=word(game.claimable(person, game.mode))),
            view(
                self._deployment.weth,
                "withdrawals",
                *(game.address, person),
                is_=word(request.amount) + word(request.at),
            ),
        ]

    def made(self, game: Game) -> None:
        """What never changes of a game, right after it was made."""
        at, view, p = self._deployment.game(game.address), self._view, self._deployment.parameters
        extra = word(32) + word(len(game.extra)) + game.extra
        self._compare(
            [
                view(at, "gameCreator", is_=padded(game.creator)),
                view(at, "rootClaim", is_=game.root),
                view(at, "l1Head", is_=game.l1_head),
                view(at, "gameType", is_=word(game.kind)),
                view(at, "l2SequenceNumber", is_=word(game.block)),
                view(at, "l2BlockNumber", is_=word(game.block)),
                view(at, "extraData", is_=extra),
                view(at, "createdAt", is_=word(game.created_at)),
                view(at, "wasRespectedGameTypeWhenCreated", is_=word(game.respected)),
                view(at, "startingOutputRoot", is_=game.start[0] + word(game.start[1])),
                view(at, "maxGameDepth", is_=word(p.max_depth)),
                view(at, "splitDepth", is_=word(p.split_depth)),
                view(at, "maxClockDuration", is_=word(p.clock)),
                view(at, "clockExtension", is_=word(p.extension)),
                view(at, "absolutePrestate", is_=self._deployment.prestate),
                view(at, "anchorStateRegistry", is_=padded(self._deployment.registry.address)),
                view(at, "weth", is_=padded(self._deployment.weth.address)),
                view(at, "vm", is_=padded(self._deployment.machine.address)),
                *[
                    view(at, "getRequiredBond", 1 << depth, is_=word(game.rules.bond(depth)))
                    for depth in range(p.max_depth + 1)
                ],
            ]
        )

    # --- what games share ---

    def _listed(self) -> list[View]:
        """Each game by its number and by its name, and the latest of each type."""
        factory, view, listed = self._deployment.factory, self._view, self._model.listed
        views = []
        for index, game in enumerate(listed):
            since, at = word(game.created_at), padded(game.address)
            views.append(view(factory, "gameAtIndex", index, is_=word(game.kind) + since + at))
            views.append(view(factory, "games", game.kind, game.root, game.extra, is_=at + since))
        for kind in {game.kind for game in listed}:
            for most in (2, 2**256 - 1):
                is_ = self._latest(kind, most)
                views.append(view(factory, "findLatestGames", kind, len(listed) - 1, most, is_=is_))
        return views

    def _preimages(self) -> list[View]:
        """Each part that was loaded."""
        views = []
        for key, offset in self._model.parts:
            preimage = self._model.preimages[key]
            whole = len(preimage).to_bytes(8, "big") + preimage
            part = whole[offset : offset + 32]
            is_ = part.ljust(32, b"\0") + word(len(part))
            views.append(self._view(self._deployment.preimages, "readPreimage", key, offset, is_=is_))
        return views

    def _latest(self, kind: int, most: int) -> bytes:
        numbered = [(i, game) for i, game in enumerate(self._model.listed) if game.kind == kind]
        rows = [
            (
                index,
                game.kind.to_bytes(4, "big") + game.created_at.to_bytes(8, "big") + game.address,
                game.created_at,
                game.root,
                game.extra,
            )
            for index, game in reversed(numbered[-min(most, len(numbered)) :])
        ]
        return encode(["(uint256,bytes32,uint64,bytes32,bytes)[]"], [rows])

    def _shared(self) -> list[View]:
        model, view, found = self._model, self._view, self._deployment
        anchor = model.anchor_root()
        listed = model.listed
        views = [
            view(found.factory, "gameCount", is_=word(len(listed))),
            view(found.registry, "getAnchorRoot", is_=anchor[0] + word(anchor[1])),
            view(
                found.registry,
                "anchorGame",
                is_=padded(model.anchor_game.address if model.anchor_game else None),
            ),
            view(found.registry, "respectedGameType", is_=word(model.respected)),
            view(found.registry, "retirementTimestamp", is_=word(model.retired_at)),
            view(found.registry, "paused", is_=word(model.is_paused())),
            view(found.portal, "paused", is_=word(model.is_paused())),
            view(found.portal, "l2Sender", is_=padded(bytes.fromhex("dead".rjust(40, "0")))),
            view(found.weth, "totalSupply", is_=word(model.balances[model.who.weth])),
        ]
        if listed:
            game = listed[-1]
            entry = word(game.kind) + word(game.created_at) + padded(game.address)
            views.append(view(found.factory, "gameAtIndex", len(listed) - 1, is_=entry))
        for hash_ in self._withdrawals:
            views.append(
                view(found.portal, "finalizedWithdrawals", hash_, is_=word(hash_ in model.finalized))
            )
            submitters = model.submitters.get(hash_, ())
            views.append(view(found.portal, "numProofSubmitters", hash_, is_=word(len(submitters))))
        for (hash_, submitter), proof in model.proofs.items():
            is_ = padded(proof.game.address) + word(proof.at)
            views.append(view(found.portal, "provenWithdrawals", hash_, submitter, is_=is_))
        holders = [person for person in self._people if person in model.weth]
        return views + [view(found.weth, "balanceOf", who, is_=word(model.weth[who])) for who in holders]


def different_part(found: bytes, expected: bytes) -> tuple[str, bytes, bytes]:
    """Which part of a claim differs, and how."""
    parts = ("parentIndex", "counteredBy", "claimant", "bond", "claim", "position", "clock")
    words = [slice(at, at + 32) for at in range(0, 32 * len(parts), 32)]
    pairs = ((part, found[at], expected[at]) for part, at in zip(parts, words, strict=True))
    return next(pair for pair in pairs if pair[1] != pair[2])


def readable(answer: bytes) -> str:
    """Words as numbers where they are small."""
    words = [answer[at : at + 32] for at in range(0, len(answer), 32)]
    return ", ".join(
        str(int.from_bytes(w, "big")) if len(w) == 32 and not any(w[:16]) else f"0x{w.hex()}" for w in words
    )
