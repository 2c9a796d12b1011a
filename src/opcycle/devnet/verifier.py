"""A whole verifier: an L2 engine, the node that derives on it, the node's database and its RPC server."""

from pathlib import Path

from starlette.types import Receive, Scope, Send

from opcycle.da.client import DAClient
from opcycle.deploy.deployment import Deployment
from opcycle.devnet.l2_engine import L2Engine
from opcycle.engine.l2 import L2Client
from opcycle.engine.rollup_client import RollupClient
from opcycle.l1.beacon import BeaconClient
from opcycle.l1.reader import L1Reader
from opcycle.node.agent import Node
from opcycle.node.database import Database
from opcycle.node.rpc import node_app
from opcycle.node.safedb import SafeDB
from opcycle.node.verdict_store import VerdictStore
from opcycle.protocol.l1_chain import l1_chain_of
from opcycle.rpc.client import RpcClient
from opcycle.rpc.server import Server


class Verifier:
    """`database` is the node's SQLite file; `client` asks the RPC server like anybody else would.

    `beacon_url` may be None while no batches are in blobs, `da_url` while none are on a DA server;
    `unsafe_source` is the URL of a sequencer's L2 RPC that the node follows ahead of L1; `with_admin` serves
    its `admin_` method; `name` is the node's among agents.
    """

    def __init__(
        self,
        deployment: Deployment,
        engine: L2Engine,
        *,
        l1_url: str,
        beacon_url: str | None,
        database: Path,
        rpc_port: int,
        l1_confirmations: int = 0,
        da_url: str | None = None,
        unsafe_source: str | None = None,
        with_admin: bool = False,
        name: str = Node.name,
    ):
        rollup = deployment.rollup
        self.engine = engine
        self._rollup = rollup
        self._file = database
        self._name = name
        self._l1_confirmations = l1_confirmations
        self._with_admin = with_admin
        self._l1 = RpcClient(l1_url)
        self._beacon = None if beacon_url is None else BeaconClient(beacon_url)
        self._da = None if da_url is None else DAClient(da_url)
        self._unsafe_source = None if unsafe_source is None else L2Client(unsafe_source, rollup)
        self._open()
        self._server = Server(self._serve, rpc_port)
        self.client = RollupClient(self._server.url)

    @property
    def url(self) -> str:
        return self._server.url

    def start(self) -> None:
        """Start engine and RPC; the caller steps `engine` and `node`. Raises UserError for a busy port."""
        self.engine.start()
        self._server.start()

    def database(self) -> bytes:
        """The node's database as it is now."""
        return self._database.contents()

    def restore(self, database: bytes) -> None:
        """Begin anew with that database: a node without memory behind the same RPC. The caller steps `node`,
        which is another one now."""
        self._database.close()
        for file in self._file.parent.glob(f"{self._file.name}*"):  # SQLite has two more beside it
            file.unlink()
        self._file.write_bytes(database)
        self._open()

    def _open(self) -> None:
        self._database = Database(self._file, self._rollup)
        safe_db, verdicts = SafeDB(self._database), VerdictStore(self._database)
        self.node = Node(
            self._rollup,
            l1_chain_of(self._rollup.l1_chain_id),
            l1=L1Reader(self._l1),
            engine=self.engine.engine,
            l2=self.engine.l2,
            safe_db=safe_db,
            verdicts=verdicts,
            blobs=self._beacon,
            da=self._da,
            l1_confirmations=self._l1_confirmations,
            unsafe_source=self._unsafe_source,
        )
        self.node.name = self._name
        self._app = node_app(
            self.node,
            l2=self.engine.l2,
            safe_db=safe_db,
            verdicts=verdicts,
            config=self._rollup,
            with_admin=self._with_admin,
        )

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Whichever node there is now."""
        await self._app(scope, receive, send)

    def stop(self) -> None:
        self.client.close()
        self._server.stop()
        self.engine.stop()
        self._l1.close()
        if self._beacon is not None:
            self._beacon.close()
        if self._da is not None:
            self._da.close()
        if self._unsafe_source is not None:
            self._unsafe_source.rpc.close()
        self._database.close()
