"""What a run does when something goes wrong around it: `nox -s faults`; a short part of it is in `nox -s builds`."""
