"""All jobs, by name."""

from tests.faults import files, recordings

JOBS = {job.name: job for job in [*recordings.JOBS, *files.JOBS]}
