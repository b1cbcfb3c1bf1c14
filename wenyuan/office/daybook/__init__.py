"""The daybook 工作台账: what no machine records, typed with who, when, evidence and approval."""
