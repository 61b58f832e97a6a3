"""All jobs, by name."""

from tests.faults import downloads, files, gallery, recordings

JOBS = {job.name: job for job in [*recordings.JOBS, *files.JOBS, downloads.Downloads(), *gallery.JOBS]}
