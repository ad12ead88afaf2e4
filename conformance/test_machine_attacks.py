"""A guest that is told to attack reaches nothing of the host, of others, or of what others are told."""

from __future__ import annotations

import re
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import urlparse

import guests
from ferry_server import FerryServer
from patience import HANG

# What it does is told on its console, a line for each thing that it reached. Its own metadata service is the first, to show that it can tell.
ATTACK = r"""#!/bin/sh
head -c 150000 /dev/urandom >/dev/console
echo
gateway=$(ip route | awk '/^default/ { print $3; exit }')
reached() { echo "ATTACK-REACHED $*"; }
tcp() { [ -z "$(printf 'GET / HTTP/1.0\r\n\r\n' | timeout 5 nc -w 3 $3 "$1" "$2" 2>/dev/null)" ] || reached tcp "$1" "$2" $3; }
udp() { [ -z "$(echo attack | timeout 4 nc -u -w 2 "$1" "$2" 2>/dev/null)" ] || reached udp "$1" "$2"; }
card() { ip link set eth0 down; ip link set eth0 address "$1"; ip link set eth0 up; ip route add default via $gateway 2>/dev/null; }

tcp 169.254.169.254 80
# Not 127.0.0.0/8, which is the guest's own.
for host in $gateway 10.0.2.2 10.0.2.3 @NEIGHBOUR@ @HOST@ 169.254.169.253 255.255.255.255; do
    for port in @CANARY@ @API@ 22 53 80 10809; do tcp $host $port & done
    for port in @CANARY_UDP@ 53; do udp $host $port & done
    (ping -c 1 -W 3 $host >/dev/null 2>&1 && reached ping $host) &
done
wait
for port in 22 53 443 8080 @CANARY@ @API@; do tcp 169.254.169.254 $port & done
wait
for port in $(seq 160); do
    tcp $gateway $port &
    [ $((port % 40)) -ne 0 ] || wait
done
wait
nslookup example.com $gateway >/dev/null 2>&1 && reached names

# As somebody else: another address, another card, another protocol.
ip addr add @NEIGHBOUR@/20 dev eth0
tcp 169.254.169.254 80 "-s @NEIGHBOUR@"
tcp $gateway @CANARY@ "-s @NEIGHBOUR@"
ip addr del @NEIGHBOUR@/20 dev eth0
own=$(cat /sys/class/net/eth0/address)
card 02:00:00:00:00:77
tcp 169.254.169.254 80 "-w 5"
card "$own"
ip -6 addr add fec0::77/64 dev eth0 2>/dev/null
for host in fec0::2 fec0::3 fe80::2%eth0; do
    for port in @CANARY@ 80; do tcp $host $port & done
    ping -6 -c 1 -W 3 $host >/dev/null 2>&1 && reached ping $host
    wait
done

# What others are told, and more than there is; then more than is answered.
ask() { timeout 20 wget -q -O - --header "X-aws-ec2-metadata-token: $2" "http://169.254.169.254/latest/$1" 2>/dev/null; }
[ -z "$(ask meta-data/instance-id '@TOKEN@')" ] || reached a token of another
for path in ../../../../etc/passwd %2e%2e/%2e%2e/etc/passwd meta-data/../../../@NEIGHBOUR_ID@/meta-data/instance-id; do
    timeout 20 wget -q -O - "http://169.254.169.254/latest/$path" 2>/dev/null | grep -q -e root: -e @NEIGHBOUR_ID@ && reached path $path
done
for number in $(seq 60); do (head -c 3000 /dev/urandom | timeout 5 nc -w 5 169.254.169.254 80 >/dev/null 2>&1) & done
wait
echo "ATTACK-OVER"
"""


@contextmanager
def canaries() -> Iterator[tuple[socket.socket, socket.socket]]:
    """Something of the host that nobody is to reach: a port of TCP and one of UDP, on all its addresses."""
    with socket.socket() as tcp, socket.socket(type=socket.SOCK_DGRAM) as udp:
        for one in (tcp, udp):
            one.bind(("0.0.0.0", 0))
            one.setblocking(False)
        tcp.listen(64)
        yield tcp, udp


def was_reached(tcp: socket.socket, udp: socket.socket) -> bool:
    for ask in (tcp.accept, lambda: udp.recv(100)):
        try:
            ask()
        except BlockingIOError:
            continue
        return True
    return False


def token_of(server: FerryServer, instance: str) -> str:
    place = str(guests.folder(server, instance) / "metadata.sock")
    put = ["curl", "--silent", "--fail", "--unix-socket", place, "-X", "PUT", "-H", "X-aws-ec2-metadata-token-ttl-seconds: 21600"]
    return subprocess.run([*put, "http://localhost/latest/api/token"], capture_output=True, text=True, check=True, timeout=HANG).stdout


def address_of_host() -> str:
    """One by which others would reach this host."""
    told = subprocess.run(["hostname", "-I"], capture_output=True, text=True, timeout=HANG).stdout.split()
    return next((address for address in told if "." in address), "192.0.2.1")


def test_a_guest_that_attacks_reaches_nothing(start_machines: Callable[..., FerryServer]) -> None:
    server = start_machines()
    ec2 = server.ec2()
    guests.open_ssh(server)
    image = guests.push(server)
    neighbour = guests.launch(server, image)
    guests.await_console(server, neighbour, guests.UP)
    about, token = guests.described(server, neighbour), token_of(server, neighbour)
    with canaries() as (tcp, udp):
        ports = tcp.getsockname()[1], udp.getsockname()[1]
        with socket.create_connection(("127.0.0.1", ports[0])):
            assert was_reached(tcp, udp), "it can be reached"
        values = {
            "NEIGHBOUR": about["PrivateIpAddress"], "NEIGHBOUR_ID": neighbour,
            "HOST": address_of_host(), "CANARY": str(ports[0]), "CANARY_UDP": str(ports[1]),
            "API": str(urlparse(server.endpoint).port), "TOKEN": token,
        }
        attacker = guests.launch(server, image, UserData=re.sub(r"@(\w+)@", lambda found: values[found.group(1)], ATTACK))
        processes = guests.processes(server.data)
        told = guests.await_console(server, attacker, "ATTACK-OVER")
        assert re.findall(r"ATTACK-REACHED (.*?)\s*$", told, re.MULTILINE) == ["tcp 169.254.169.254 80"], told
        assert not was_reached(tcp, udp)
    # Nobody was harmed.
    assert guests.processes(server.data) == processes and server.alive
    assert (guests.folder(server, attacker) / "console").stat().st_size < 80 << 10
    for instance in (attacker, neighbour):
        assert guests.metadata(server, instance, "meta-data/instance-id") == instance
    ec2.terminate_instances(InstanceIds=[attacker, neighbour])
    for instance in (attacker, neighbour):
        guests.wait(server, "instance_terminated", instance)
