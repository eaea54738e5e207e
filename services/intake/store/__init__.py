"""Where intake keeps its cases, numbers, kept answers and the keys of the vault; and how it looks cases up."""

from services.intake.store.attachments import (
    TICKET_SECONDS,
    MemoryAttachments,
    PostgresAttachments,
    Sweep,
    Watch,
)
from services.intake.store.cases import LEDGER, STATES, Cases, PostgresCases, Query, Shown, place_of
from services.intake.store.columns import COLUMNS, memory, postgres
from services.intake.store.erased import ErasedKeys
from services.intake.store.folder import DiskFolder, FileDamaged, Files, FilesAway, MemoryFolder
from services.intake.store.in_memory import MemoryCases, MemoryNumbers, MemoryReadLog
from services.intake.store.numbers import Numbers, PostgresNumbers
from services.intake.store.proofs import MemoryProofs, PostgresProofs, Proofs
from services.intake.store.read_log import PostgresReadLog, ReadLog
from services.intake.store.sealing import (
    MemoryVault,
    Vault,
    contact_to_call,
    moved_files,
    open_boxes,
    open_file,
    seal_files,
    seal_follower,
    seal_post,
    seal_text,
)
from services.intake.store.voices import MemoryVoices, PostgresVoices, Voices

__all__ = [
    "COLUMNS",
    "LEDGER",
    "STATES",
    "TICKET_SECONDS",
    "Cases",
    "DiskFolder",
    "ErasedKeys",
    "FileDamaged",
    "Files",
    "FilesAway",
    "MemoryAttachments",
    "MemoryCases",
    "MemoryFolder",
    "MemoryNumbers",
    "MemoryProofs",
    "MemoryReadLog",
    "MemoryVault",
    "MemoryVoices",
    "Numbers",
    "PostgresAttachments",
    "PostgresCases",
    "PostgresNumbers",
    "PostgresProofs",
    "PostgresReadLog",
    "PostgresVoices",
    "Proofs",
    "Query",
    "ReadLog",
    "Shown",
    "Sweep",
    "Vault",
    "Voices",
    "Watch",
    "contact_to_call",
    "memory",
    "moved_files",
    "open_boxes",
    "open_file",
    "place_of",
    "postgres",
    "seal_files",
    "seal_follower",
    "seal_post",
    "seal_text",
]
