"""The command `lsq-import sandbox`: the sandbox's switches as options."""

import asyncio
import errno
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from importer.sandbox.settings import FAULTS, Settings, parse_latency, parse_limit

__all__ = ["sandbox"]

_FAULT_HELP = {
    "drop": "Reset the connection",
    "error_500": "Answer a plain HTTP 500",
    "html_502": "Answer a gateway's HTML page, HTTP 502,",
    "gateway_504": "Answer a gateway's HTML page, HTTP 504,",
    "hang": "Never answer, the connection stays open,",
    "cut": "Break the reply off in its middle",
}


class _Unusable(click.ClickException):
    """A sandbox that cannot start: exit status 2, nothing was served."""

    exit_code = 2


def _parse(parser: Callable[[str], Any]) -> Callable[[click.Context, click.Parameter, str], Any]:
    """A click callback around a parser that raises ValueError."""

    def convert(context: click.Context, parameter: click.Parameter, value: str) -> Any:  # noqa: ANN401 - as the parser
        try:
            return parser(value)
        except ValueError as error:
            raise click.BadParameter(str(error), ctx=context, param=parameter) from error

    return convert


def _fault_options(command: Callable[..., None]) -> Callable[..., None]:
    """One option for the odds of each fault."""
    for name in reversed(FAULTS):
        what, _, when = name.rpartition("_")
        option = click.option(
            f"--{name.replace('_', '-')}",
            name,
            type=click.FloatRange(0, 1),
            default=0.0,
            metavar="ODDS",
            help=f"{_FAULT_HELP[what]} {when} the lead is stored.",
        )
        command = option(command)
    return command


@click.command(short_help="Serve a LeadSquared of your own on this machine.")
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help="Address to listen on; others than loopback let other machines in.",
)
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8750, show_default=True, help="Port; 0 takes a free one."
)
@click.option(
    "--limit",
    default="25/5",
    show_default=True,
    callback=_parse(parse_limit),
    metavar="CALLS/SECONDS",
    help="The account's rate limit, or off.",
)
@click.option(
    "--bulk-limit",
    default="5/5",
    show_default=True,
    callback=_parse(parse_limit),
    metavar="CALLS/SECONDS",
    help="The limit of bulk calls, which count in the other one as well, or off.",
)
@click.option(
    "--bulk-partial",
    type=click.FloatRange(0, 1),
    default=0.0,
    metavar="ODDS",
    help="Of a bulk call that a fault strikes after storing, store only a part of the rows.",
)
@click.option(
    "--bulk-late",
    "bulk_late_s",
    type=click.FloatRange(0),
    default=0.0,
    metavar="SECONDS",
    help="Store the other rows of such a part one by one, spread over so long; 0 never does.",
)
@click.option(
    "--bulk-reply",
    type=click.Choice(["known", "short", "reordered", "zero_based", "envelope"]),
    default="known",
    show_default=True,
    help="How a bulk call is answered: as clients know it, without one row's entry, in another order, with row numbers "
    "from 0, or by an error although rows were stored.",
)
@click.option(
    "--bulk-twins",
    type=click.Choice(["first", "both", "none"]),
    default="first",
    show_default=True,
    help="Which of two rows of one Lead/Bulk/Create that share a unique value are created.",
)
@click.option(
    "--bulk-unknown",
    type=click.Choice(["row", "call"]),
    default="row",
    show_default=True,
    help="What an unknown attribute in a row of a bulk call refuses.",
)
@click.option(
    "--window",
    type=click.Choice(["sliding", "fixed"]),
    default="sliding",
    show_default=True,
    help="How the limit counts.",
)
@click.option(
    "--refusal",
    type=click.Choice(["429", "403", "200", "mixed"]),
    default="429",
    show_default=True,
    help="HTTP status of a call over the limit.",
)
@click.option(
    "--latency",
    default="0",
    show_default=True,
    callback=_parse(parse_latency),
    metavar="MS-MS",
    help="Round trip in milliseconds, such as 30-300; a random part of it passes before the call arrives.",
)
@click.option(
    "--fields",
    "fields_path",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The account's fields: a saved answer of LeadsMetaData.Get. Default: 173 invented ones.",
)
@click.option(
    "--mandatory", multiple=True, metavar="FIELD", help="Schema name of a field that a lead must have; repeatable."
)
@click.option(
    "--unique",
    multiple=True,
    metavar="FIELD",
    help="Schema name of a unique field; repeatable; none makes no field unique. "
    "Default: EmailAddress, Phone, Mobile and mx_Import_Ref.",
)
@click.option(
    "--phone-lookup",
    type=click.Choice(["any", "stored", "bare"]),
    default="any",
    show_default=True,
    help="Form in which the look-up by phone wants a number: +91-9845098450 (stored), 9845098450 (bare), or any.",
)
@click.option(
    "--lag",
    "lag_s",
    type=click.FloatRange(0),
    default=0.0,
    metavar="SECONDS",
    help="Time until look-ups find a new lead.",
)
@click.option(
    "--allow-delete", is_flag=True, help="Let leads be deleted; real accounts do not until support enables it."
)
@click.option("--seed", type=int, help="Number that decides faults, latencies and lead ids; drawn if not given.")
@click.option(
    "--access-key",
    envvar="LSQ_SANDBOX_ACCESS_KEY",
    show_envvar=True,
    metavar="KEY",
    help="Access key to accept. Default: drawn anew at each start.",
)
@click.option(
    "--secret-key",
    envvar="LSQ_SANDBOX_SECRET_KEY",
    show_envvar=True,
    metavar="KEY",
    help="Secret key to accept. Default: 40 hex digits, drawn anew at each start.",
)
@click.option("--odd-secret", is_flag=True, help="Draw a secret with + / = & % in it, as some accounts have.")
@click.option(
    "--keys-file",
    "keys_path",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Keep address and keys in this file while it runs, in the form of .env, readable by you alone.",
)
@click.option(
    "--mx-status",
    type=click.Choice(["500", "412", "200"]),
    default="500",
    show_default=True,
    help="HTTP status of LeadSquared's own errors, such as a duplicate.",
)
@click.option(
    "--faults-on",
    type=click.Choice(["creates", "all"]),
    default="creates",
    show_default=True,
    help="Which calls the odds below apply to.",
)
@_fault_options
def sandbox(**options: Any) -> None:  # noqa: ANN401 - click's values, checked by the settings
    """Serve a LeadSquared of your own on this machine, for trying things out: it holds leads in memory only.

    It keeps the account's limit strictly and answers as LeadSquared does, mistakes included. The page at its address
    shows the leads as they arrive. Odds go from 0 to 1: --drop-after 0.05 loses the reply of every twentieth lead that
    was stored.
    """
    from importer.sandbox.server import serve

    keys_path = options.pop("keys_path")
    calls, per_seconds = options.pop("limit")
    bulk_calls, bulk_per_seconds = options.pop("bulk_limit")
    status = options.pop("refusal")
    refusal: Any = status if status == "mixed" else int(status)
    unique = options.pop("unique") or Settings().unique
    try:
        settings = Settings(
            calls=calls,
            per_seconds=per_seconds,
            bulk_calls=bulk_calls,
            bulk_per_seconds=bulk_per_seconds,
            refusal=refusal,
            latency_ms=options.pop("latency"),
            unique=() if unique == ("none",) else unique,
            mx_status=int(options.pop("mx_status")),
            **options,
        )
        asyncio.run(serve(settings, announce=_announce, keys_path=keys_path))
    except ValueError as error:
        raise _Unusable(str(error)) from error
    except OSError as error:
        raise _Unusable(_explain(error, host=options["host"], port=options["port"])) from error
    except KeyboardInterrupt:  # where signals cannot be caught by the event loop
        return


def _announce(line: str) -> None:
    click.echo(line, err=True)


def _explain(error: OSError, *, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"Port {port} of {host} is taken, perhaps by another sandbox. "
            "Stop that one, or choose another --port (0 takes a free one)."
        )
    return f"Cannot listen on port {port} of {host}: {error.strerror or error}. Choose another --host or --port."
