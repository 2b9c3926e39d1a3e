"""Old releases of real packages to try perfagent on, with a workload of ours for each."""

from perfagent.benchmarks.real_projects.projects import Project, make_repository, projects

__all__ = ["Project", "make_repository", "projects"]
