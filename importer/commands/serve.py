"""`lsq-import serve`: the importer as a page in a browser."""

import os
from collections.abc import Mapping
from pathlib import Path

import click

from importer.app.configchoice import find_config, location_of, state_folder
from importer.commands.streams import echo
from importer.config.environment import read_environment
from importer.errors import UsageError

__all__ = ["serve"]

EXTRA = "pip install 'lsq-import[page]'"
NEEDED = frozenset({"nicegui", "fastapi", "starlette", "uvicorn"})


@click.command(short_help="Open the importer as a page in a browser.")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at.")
@click.option("--port", type=click.IntRange(0, 65535), default=8484, show_default=True, help="The port; 0 for any.")
@click.option("--name", default="", metavar="HOST", help="The host name in the browser's address, if it is another.")
@click.option("--tls-certificate", type=click.Path(path_type=Path), metavar="FILE", help="A certificate, PEM.")
@click.option("--tls-key", type=click.Path(path_type=Path), metavar="FILE", help="Its key, PEM.")
@click.option("--behind-proxy", is_flag=True, help="A proxy in front adds TLS.")
@click.option("--upload-mb", type=click.IntRange(min=1), default=100, show_default=True, help="The largest upload.")
@click.option("--keep-days", type=click.IntRange(min=1), default=7, show_default=True, help="How long uploads stay.")
@click.option("--sandbox", is_flag=True, help="Import into a LeadSquared of one's own: no keys, no network.")
@click.option(
    "-c", "--config", type=click.Path(path_type=Path), metavar="FILE", help="A config that names the account."
)
def serve(
    *,
    host: str,
    port: int,
    name: str,
    tls_certificate: Path | None,
    tls_key: Path | None,
    behind_proxy: bool,
    upload_mb: int,
    keep_days: int,
    sandbox: bool,
    config: Path | None,
) -> None:
    """Serve the importer as a page for a browser on this machine, and print the address to open.

    Host and keys are taken as an import takes them. The address holds a token; whoever has it may import. Another
    --host than this machine's own demands a password in LSQ_PAGE_PASSWORD, and TLS or --behind-proxy.
    """
    try:
        from importer.page.server import serve as serve_page
        from importer.page.settings import PASSWORD, PageSettings
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in NEEDED:
            raise
        raise UsageError("The page needs NiceGUI, which is not installed.", hint=f"Install it: {EXTRA}") from None
    settings = PageSettings(
        folder=state_folder() / "page",
        config=config,
        environ=_settled(config, os.environ),
        host=host,
        port=port,
        name=name,
        password=os.environ.get(PASSWORD, ""),
        certificate=tls_certificate,
        key=tls_key,
        behind_proxy=behind_proxy,
        upload_mb=upload_mb,
        keep_days=keep_days,
        sandbox=sandbox,
    )
    serve_page(settings, tell=lambda address: echo(f"Open {address}\nStop with Ctrl-C."))


def _settled(config: Path | None, environ: Mapping[str, str]) -> dict[str, str]:
    """The environment as an import from here sees it, for files that lie elsewhere: .env is read, the ledger named."""
    known = find_config(config, environ)
    folder = Path() if known.path is None else known.path.parent
    written = read_environment(environ, folder / ".env").settings
    values = {name: setting.value for name, setting in written.items()}
    return {**environ, **values, "LSQ_LEDGER": str(location_of(known))}
