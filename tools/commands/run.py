SUMMARY="x"
EXAMPLES="x"
IN_ENVIRONMENT=True
def arguments(p): pass
def run(o,r): return 0
