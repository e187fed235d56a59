"""The demo company: a year of a vendor of route planning software, made through the product's own verbs.

Read `story.py` first: what happens when. The same seed, number of leads and last moment give the
same company, except for ids, the times of recording, and what the weekly lot fell on.
"""
