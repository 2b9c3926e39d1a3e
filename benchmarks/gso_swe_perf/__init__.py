"""GSO, SWE-Perf and SWE-fficiency: their data, predictions by the agent, their protocols and scores, and ours."""
