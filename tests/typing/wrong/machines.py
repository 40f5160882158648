"""Mistakes that show while one types: machines."""

from awsdeck import (
    App,
    BeanstalkApplication,
    BeanstalkConfiguration,
    BeanstalkProcess,
    BeanstalkRollout,
    BeanstalkRoute,
    BeanstalkSchedule,
    BeanstalkSpot,
    BeanstalkVersion,
    BeanstalkWorker,
    DedicatedHost,
    DedicatedInstance,
    HostReservation,
    LambdaLayer,
    NetworkAcl,
    OnDemand,
    ReplacingUpdate,
    Signals,
    Stack,
    UserData,
    VPCPeering,
)

stack = Stack(App(), "shop")
application = BeanstalkApplication(stack, "Shop")
DedicatedHost(5)  # wrong: HostAccess
DedicatedHost(affinity="strict")  # wrong: affinity
DedicatedInstance(host="h-1")  # wrong: host
OnDemand(max_price=5)  # wrong: max_price
HostReservation(years=2)  # wrong: years
UserData(5)  # wrong: str
ReplacingUpdate(5)  # wrong: argument
Signals(timeout="900")  # wrong: timeout
NetworkAcl(stack, "M1", vpc="vpc-1", subnets=None)  # wrong: vpc
VPCPeering(stack, "M2", vpc="vpc-1", peer="vpc-2", peer_cidrs=[])  # wrong: vpc
LambdaLayer(stack, "M3", code="layer", runtimes=["python2"])  # wrong: python2
BeanstalkVersion(stack, "M4", application="shop", code="build")  # wrong: code
BeanstalkConfiguration(stack, "M5", application=application, tier="cron")  # wrong: tier
BeanstalkProcess(protocol="UDP")  # wrong: protocol
BeanstalkRollout("Fast")  # wrong: Fast
BeanstalkRoute("default", priority="1")  # wrong: priority
BeanstalkSchedule("night", min="none")  # wrong: min
BeanstalkSpot(strategy="cheapest")  # wrong: strategy
BeanstalkWorker(5)  # wrong: QueueAccess
