"""The commands and their exit statuses; what they do lives elsewhere and is imported when it is asked for."""

import gc
import glob
import importlib
import os
import sys
from dataclasses import fields
from pathlib import Path
from typing import Any, NoReturn

import click
from click.shell_completion import CompletionItem

from importer.commands.streams import find_lost_stream, prepare_streams, say_error
from importer.errors import DefectError, ImporterError, UsageError
from importer.exitstatus import ExitStatus
from importer.logs.lastdoor import close_doors
from importer.nearest import ask, find_near
from importer.version import __version__

__all__ = ["cli", "main"]

DEFAULT_COMMAND = "import"
GC_THRESHOLD = 50_000
MISSPELT = 0.75
"""How like a command's name a missing file's is to be (difflib's ratio), for the command to be meant."""

COMMANDS = {
    "map": ("importer.commands.map:map_columns", "Propose a config.yaml for a file."),
    "config-schema": ("importer.commands.configschema:print_schema", "Print the JSON Schema of config.yaml."),
    "fields": ("importer.commands.fields:fields", "List the account's fields."),
    "schedule": ("importer.commands.schedule:schedule", "Print ready texts for an import every night."),
    "watch": ("importer.commands.watch:watch", "Import what comes into a folder, and put it away."),
    "serve": ("importer.commands.serve:serve", "Open the importer as a page in a browser."),
    "doctor": ("importer.commands.doctor:doctor", "Check everything that an import needs."),
    "settle": ("importer.commands.settle:settle", "Say whether unknown rows exist."),
    "forget": ("importer.commands.forget:forget", "Forget leads that were deleted in LeadSquared."),
    "history": ("importer.commands.history:history", "List the runs that the ledger knows."),
    "ledger": ("importer.commands.ledger:ledger", "Rebuild a lost ledger, move it, or say whose keys these are."),
    "prune": ("importer.commands.prune:prune", "Drop what no promise needs any more from the ledger."),
    "undo": ("importer.commands.undo:undo", "Take back what a run created."),
    "sandbox": ("importer.sandbox.command:sandbox", "Serve a LeadSquared of your own on this machine."),
}
"""The sub-commands: where each lives, and its line in the help text."""

_STATUS_LINES = "\n".join(f"  {status.value:<3}  {status.meaning}" for status in sorted(ExitStatus))
EPILOG = f"""\
\b
Exit status:
{_STATUS_LINES}
  130  stopped by Ctrl-C      143  stopped by SIGTERM
Of several files: the worst, in the order {", ".join(str(status.value) for status in ExitStatus)}, signals.
"""


class DefaultCommandGroup(click.Group):
    """A group whose first argument may be a file: then it is the import command's."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the default command in front of anything that is no sub-command."""
        if any("\0" in arg for arg in args):
            raise click.UsageError("A NUL stands in an argument, which no name holds.", ctx=ctx)
        if not args or args[0] not in {*COMMANDS, DEFAULT_COMMAND, "--help", "-h", "--version"}:
            args = [DEFAULT_COMMAND, *args]
        return super().parse_args(ctx, args)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The sub-commands; the default one is the help text itself."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a sub-command when it is asked for."""
        if cmd_name in COMMANDS:
            module, _, name = COMMANDS[cmd_name][0].partition(":")
            command = getattr(importlib.import_module(module), name)
            assert isinstance(command, click.Command)  # noqa: S101 - our own table
            return command
        return super().get_command(ctx, cmd_name)

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The default command's help, then the sub-commands, then the exit statuses."""
        with click.Context(import_command, info_name=ctx.info_name, **import_command.context_settings) as inner:
            import_command.format_usage(inner, formatter)
            import_command.format_help_text(inner, formatter)
            import_command.format_options(inner, formatter)
        with formatter.section("Other commands"):
            formatter.write_dl([(f"{ctx.info_name} {name}", line) for name, (_, line) in COMMANDS.items()])
        import_command.format_epilog(ctx, formatter)


class _ImportContext(click.Context):
    """The import's own name is never typed, so usage and hints are those of the program itself."""

    @property
    def command_path(self) -> str:
        """The program's name."""
        return self.info_name or "" if self.parent is None else self.parent.command_path


class _ImportCommand(click.Command):
    """The import: what it cannot parse may be a misspelt command, and is told in JSON where that was asked for."""

    context_class = _ImportContext

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,  # noqa: ANN401 - click's own
    ) -> click.Context:
        """Parse the arguments."""
        given = list(args)
        try:
            if given and not os.path.exists(given[0]):  # noqa: PTH110 - Path's fails on a name that is too long
                near = find_near(given[0], {name: name for name in COMMANDS}, cutoff=MISSPELT)
                if near:
                    raise click.UsageError(f"{given[0]} is neither a file nor a command{ask(near[0])}")
            return super().make_context(info_name, args, parent, **extra)
        except click.UsageError as error:
            if "--json" in given:
                from importer.commands.batch import tell_usage

                tell_usage(error.format_message())
            raise


def _complete_file(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Files, and for the first word where no file begins so, the sub-commands."""
    names = [] if ctx.params.get("files") else [name for name in COMMANDS if name.startswith(incomplete)]
    found = glob.glob(f"{glob.escape(incomplete)}*")  # noqa: PTH207 - relative to here, as it is typed
    if incomplete and names and not any(map(os.path.isfile, found)):
        return [CompletionItem(name, help=COMMANDS[name][1]) for name in names]
    return param.type.shell_complete(ctx, param, incomplete)


@click.group(cls=DefaultCommandGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, "--version", prog_name="lsq-import")
def cli() -> None:
    """Import a spreadsheet of leads into LeadSquared."""


@cli.command(
    DEFAULT_COMMAND,
    cls=_ImportCommand,
    epilog=EPILOG,
    hidden=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.argument(
    "files",
    type=click.Path(allow_dash=True),
    nargs=-1,
    required=True,
    metavar="FILE...",
    shell_complete=_complete_file,
)
@click.option(
    "-c",
    "--config",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="The configuration.  [default: config.yaml in the current folder]",
)
@click.option(
    "-r",
    "--report",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Where the report goes, .csv or .xlsx.  [default: FILE's name with .report.csv, beside FILE; a report's own "
    "place]",
)
@click.option("--sheet", metavar="NAME", help="The worksheet.  [default: the first visible one with a table]")
@click.option(
    "--first",
    type=click.IntRange(min=1),
    metavar="N",
    help="Take only the first N data rows; their report is FILE's name with .first-N.report.csv.",
)
@click.option(
    "--rows", metavar="2-500,900", help="Take only these rows; their report is FILE's name with .rows.report.csv."
)
@click.option("--only-status", metavar="failed,invalid", help="Of a report, take only lines with such a status.")
@click.option("--dry-run", is_flag=True, help="Check everything, send nothing, and write the report as it would be.")
@click.option(
    "--payloads",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write the body of each row's call as one JSON line.",
)
@click.option("--sandbox", is_flag=True, help="Import into a LeadSquared of one's own: no keys, no network.")
@click.option("--bulk", "route", flag_value="bulk", help="Send up to 50 leads by one call, as route: bulk says.")
@click.option(
    "--single", "route", flag_value="single", help="Send each lead by a call of its own, as route: single says."
)
@click.option(
    "--existing",
    type=click.Choice(["report", "fill", "update"]),
    help="What becomes of leads that exist: only report them, fill their empty fields, or update them.",
)
@click.option(
    "--look-up", is_flag=True, help="With --dry-run: ask the account which leads exist, and what would change."
)
@click.option("--refresh-fields", is_flag=True, help="Ask the account for its fields anew, not only every 12 hours.")
@click.option("--again", is_flag=True, help="Send rows that are created already once more, after a question.")
@click.option(
    "--trust-references",
    is_flag=True,
    help="In a report, go by lsq_ref alone, although the cells of created lines were changed.",
)
@click.option(
    "--trust-lead-ids",
    is_flag=True,
    help="In a report, believe the lead ids of created lines that have lost their lsq_ref.",
)
@click.option("--same-source", is_flag=True, help="FILE is the one of this name that was imported from another folder.")
@click.option("--new-source", is_flag=True, help="FILE is not the one of this name from another folder.")
@click.option(
    "--as",
    "kind",
    metavar="KIND",
    help="What standard input or an address holds: csv, xlsx, …  [default: what its name says]",
)
@click.option("--must-exist", is_flag=True, help="A pattern that fits no file is a mistake, not a quiet night.")
@click.option("--until-quota", is_flag=True, help="Send what the day's calls allow; the next run goes on.")
@click.option("--yes", is_flag=True, help="Answer that question with yes.")
@click.option("--html/--no-html", default=True, help="Write a page to look at beside the report, or not.")
@click.option("--wait", is_flag=True, help="Wait for another run of the same source to end, instead of status 75.")
@click.option(
    "--stop-within",
    type=click.FloatRange(min=0),
    default=10.0,
    show_default=True,
    metavar="S",
    help="How many seconds a run takes at most to end after a first Ctrl-C or SIGTERM.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one line of JSON about the runs, and nothing else.")
@click.option(
    "--log-file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Append what happens, and each row's outcome, as JSON lines.",
)
@click.option("-q", "--quiet", is_flag=True, help="Say nothing but warnings and the summary.")
@click.option("-v", "--verbose", is_flag=True, help="Tell each row's outcome.")
@click.version_option(__version__, "--version", prog_name="lsq-import")
def import_command(*, files: tuple[str, ...], yes: bool, **given: Any) -> None:  # noqa: ANN401 - click's own
    """Import the leads of each FILE, a CSV or Excel file, into LeadSquared, one lead a row.

    FILE is .csv, .tsv, .txt, .xlsx, .xlsm, .xls, .xlsb or .ods, or the report of an earlier run: its unfinished rows
    are sent as they now stand. What is created already is never sent again. Several files, or a pattern such as
    inbox/*.xlsx, are imported one after the other, each with a report of its own. FILE may also be - for standard
    input, or an address such as https://, s3://, gs:// or sftp://. Which column goes to which field is said in
    config.yaml; host and keys are taken from LSQ_HOST, LSQ_ACCESS_KEY and LSQ_SECRET_KEY, in the environment or in a
    file .env beside config.yaml; LSQ_NOTIFY names whom a run tells how it ended.

    \b
    Try it without keys and without a network:
      lsq-import samples/leads.xlsx --sandbox
    Look before you leap:
      lsq-import leads.xlsx --dry-run
      lsq-import leads.xlsx --first 5
    """  # noqa: D301 - click wants the control character
    from importer.app.request import ImportRequest
    from importer.commands.batch import Output, run_files

    output = Output(**{field.name: given.pop(field.name) for field in fields(Output)})
    options = ImportRequest(file=Path(files[0]), **given)
    # Rows come and go in batches of thousands of small objects without cycles: the collector's usual threshold makes it
    # look at them all the time, a quarter of a dry run.
    gc.freeze()
    gc.set_threshold(GC_THRESHOLD)
    sys.exit(run_files(files, options, os.environ, output, is_sure=yes))


def main() -> NoReturn:
    """Run the command line and end the process with its exit status; no error shows a traceback."""
    prepare_streams()
    close_doors()
    try:
        _require_folder()
        cli.main(prog_name="lsq-import")
    except ImporterError as error:
        from importer.commands.wording import put_into_words

        say_error(put_into_words(error))
        sys.exit(error.exit_status)
    except (SystemExit, KeyboardInterrupt):
        raise
    except BaseException as error:  # noqa: BLE001 - the last resort
        lost = find_lost_stream() if isinstance(error, OSError) else ""
        if lost:
            say_error(Exception(lost))
            sys.exit(ExitStatus.NO_REPORT)
        defect = DefectError.of(error)
        say_error(defect)
        sys.exit(defect.exit_status)
    sys.exit(0)


def _require_folder() -> None:
    """UsageError where the folder that the command is run in is not there any more: no name would lead anywhere."""
    try:
        os.getcwd()  # noqa: PTH109 - asked for its failure alone
    except OSError as error:
        raise UsageError(
            f"The current folder cannot be used: {(error.strerror or '').lower()}.",
            hint="Go to a folder that is there (cd), and run the command again.",
        ) from None
