"""What the decisions of the past suggest to change in the definition. The method is explained in docs/learning.md.

`studying.py` is the process; it reads past cases (`cases.py`), what was known of each when sales got it
(`known.py`), leaves out what tells of the future (`leaks.py`), tries conditions (`conditions.py`) on the earlier
months (`searching.py`), runs every changed definition through the one evaluator and asks whether it holds in the
later months (`judging.py`), and says how well the definition tells leads apart (`ordering.py`).
"""
