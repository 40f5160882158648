"""Files that travel beside a template: what belongs to them, what they need, and the zips they become."""
