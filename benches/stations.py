"""What one gatherer holds: it gathers from that many stations of this machine, once.

    benches/stations.py SERVER CLIENT STATIONS CARS [CLIENT-FLAG…]

Each station is a socket of its own that listens, 1,000 of them a server process; each has the
same CARS cars. Prints cars a second, the peak of the client's memory and descriptors, and how
much processor it took. Needs Linux.
"""

import itertools
import json
import os
import subprocess
import sys
import tempfile
import time

EACH = 1000


def serve(server, first, count, cars):
    hosts = [f"127.1.{(first + n) // 250}.{(first + n) % 250 + 1}:0" for n in range(count)]
    command = [server, "-q", "--source", cars]
    command += itertools.chain.from_iterable(("--listen", host) for host in hosts)
    child = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    lines = (child.stderr.readline() for _ in range(count))
    addresses = [line.split("listening on ")[1].split()[-1] for line in lines]
    return child, addresses


def main():
    server, client, stations, cars = sys.argv[1:5]
    stations, cars = int(stations), int(cars)
    servers, addresses = [], []
    with tempfile.TemporaryDirectory() as folder:
        source = os.path.join(folder, "cars")
        with open(source, "w") as file:
            file.writelines(f"{1795330000 + number}:peugeot:red\n" for number in range(cars))
        try:
            for first in range(0, stations, EACH):
                child, found = serve(server, first, min(EACH, stations - first), source)
                servers.append(child)
                addresses += found
            names = os.path.join(folder, "stations")
            with open(names, "w") as file:
                file.writelines(f"{address}\n" for address in addresses)
            report = os.path.join(folder, "report.json")
            command = [client, "-q", f"@{names}", "--summary", "none", "--summary-file", report]
            began = time.monotonic()
            gatherer = subprocess.Popen([*command, *sys.argv[5:]], stdout=subprocess.DEVNULL)
            descriptors = 0
            while True:
                pid, status, usage = os.wait4(gatherer.pid, os.WNOHANG)
                if pid:
                    break
                try:
                    descriptors = max(descriptors, len(os.listdir(f"/proc/{gatherer.pid}/fd")))
                except FileNotFoundError:
                    pass
                time.sleep(0.002)
            took = time.monotonic() - began
            found = json.load(open(report))
        finally:
            for child in servers:
                child.kill()
                child.wait()
    print(f"{stations} stations of {cars} cars {' '.join(sys.argv[5:])}: exit {os.waitstatus_to_exitcode(status)}")
    print(f"  complete {found['complete']}, cars {found['cars']}, in {took:.2f} s: {found['cars'] / took:,.0f} cars a second")
    print(f"  peak memory {usage.ru_maxrss / 1024:.1f} MiB, at most {descriptors} descriptors")
    print(f"  processor {usage.ru_utime + usage.ru_stime:.2f} s, of it {usage.ru_stime:.2f} s in the kernel")


if __name__ == "__main__":
    main()
