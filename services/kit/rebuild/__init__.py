"""Build a read model anew beside the live one, and put it in its place (docs/adr/0012).

fold.py      events into rows, in memory, and from there into a copy by COPY
copies.py    tables beside the live ones: begin, finish, compare, swap, keep, go back
log.py       where events come from: the service's own log
topics.py    or Kafka, and where Kafka no longer has the beginning the logs of those who published
run.py       the order of things: build, catch up, compare, swap
"""
