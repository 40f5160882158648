"""What networks, machines, balancers, names, distributions and identities demand beyond their schemas."""

from __future__ import annotations

from ..templates.demand import Demand, demanded
from ..vocabulary import AtLeast, Between, Is, Matches, OneOf, Present, Rule, StartsWith, Unset

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

_OCTET = r"(?:25[0-5]|2[0-4]\d|1?\d?\d)"
_ADDRESS = Matches(rf"{_OCTET}(?:\.{_OCTET}){{3}}", "an IPv4 address")
_SERVER = Matches(
    rf"(?:{_OCTET}(?:\.{_OCTET}){{3}}|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*|AmazonProvidedDNS)(?:\s*,.*)?",
    "addresses, or AmazonProvidedDNS",
)
_SIX = Matches(r"[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*/\d{1,3}", "an IPv6 block, such as ::/0")
_PATH = Matches(r"/|/[\x21-\x7e]{1,510}/", "a path that begins and ends with a slash")
_PROTOCOL = OneOf("TCP", "TLS", "UDP", "TCP_UDP", "QUIC", "TCP_QUIC")
_CONFIGS = {
    "host-header": "HostHeaderConfig", "http-request-method": "HttpRequestMethodConfig",
    "path-pattern": "PathPatternConfig", "query-string": "QueryStringConfig", "source-ip": "SourceIpConfig",
}  # fmt: skip
_PARTS = (
    "access_logs.", "client_keep_alive.", "connection_logs.", "deletion_protection.", "dns_record.", "health_check_logs.",
    "idle_timeout.", "ipv6.", "load_balancing.", "routing.", "secondary_ips.", "waf.", "zonal_shift.",
)  # fmt: skip
_TARGET_PARTS = (
    "deregistration_delay.", "lambda.", "load_balancing.", "preserve_client_ip.", "proxy_protocol_v2.", "slow_start.",
    "stickiness.", "target_failover.", "target_group_health.", "target_health_state.",
)  # fmt: skip
_ALIASED = "DistributionConfig"


def _actions(within: str) -> tuple[Demand, ...]:
    return (
        Demand("TargetGroupArn", Present(), {"Type": Is("forward"), "ForwardConfig": Unset()}, within=within),
        Demand("RedirectConfig", Present(), {"Type": Is("redirect")}, within=within),
        Demand("FixedResponseConfig", Present(), {"Type": Is("fixed-response")}, within=within),
        Demand(
            "FixedResponseConfig/ContentType",
            OneOf("text/plain", "text/css", "text/html", "application/javascript", "application/json"),
            within=within,
        ),
    )


_NUMBER = Matches(r"-?\d+", "a whole number")

# Source: the properties of each type in the CloudFormation Template Reference, and the API behind it.
DEMANDS: Mapping[str, tuple[Demand, ...]] = {
    "AWS::AutoScaling::AutoScalingGroup": (Demand("Cooldown", _NUMBER), Demand("HealthCheckGracePeriod", _NUMBER)),
    "AWS::CertificateManager::Certificate": (
        Demand("ValidationMethod", OneOf("DNS", "EMAIL", "HTTP")),
        Demand("DomainName", Present(), within="DomainValidationOptions/*"),
    ),
    "AWS::CloudFront::Distribution": (
        Demand(f"{_ALIASED}/Origins/*/CustomOriginConfig/OriginSSLProtocols/*", OneOf("SSLv3", "TLSv1", "TLSv1.1", "TLSv1.2")),
    ),
    "AWS::CloudFront::OriginAccessControl": (Demand("OriginAccessControlConfig/SigningProtocol", OneOf("sigv4")),),
    "AWS::DLM::LifecyclePolicy": (
        Demand("State", OneOf("ENABLED", "DISABLED", "ERROR")),
        Demand(
            "PolicyDetails/TargetTags", Present(),
            {"PolicyDetails/PolicyType": Is("EBS_SNAPSHOT_MANAGEMENT", default="EBS_SNAPSHOT_MANAGEMENT"),
             "PolicyDetails/ResourceTypes": Present()},
        ),
    ),
    "AWS::EC2::DHCPOptions": (
        Demand("DomainNameServers/*", _SERVER),
        Demand(
            "DomainNameServers", Present(),
            {"DomainName": Unset(), "NtpServers": Unset(), "NetbiosNameServers": Unset(), "NetbiosNodeType": Unset(),
             "Ipv6AddressPreferredLeaseTime": Unset()},
        ),
    ),
    "AWS::EC2::EIPAssociation": (
        Demand("InstanceId", Present(), {"NetworkInterfaceId": Unset()}),
        Demand("EIP", Unset(), {"AllocationId": Present()}),
        Demand("InstanceId", Unset(), {"NetworkInterfaceId": Present()}),
    ),
    "AWS::EC2::Instance": (
        Demand("CpuOptions/ThreadsPerCore", Present(), {"CpuOptions/CoreCount": Present()}),
        Demand("PrivateIpAddress", _ADDRESS),
        Demand("SecurityGroups", Unset(), {"SubnetId": Present()}, fix="use SecurityGroupIds"),
        Demand("CreditSpecification/CPUCredits", OneOf("standard", "unlimited")),
    ),
    "AWS::EC2::LaunchTemplate": (
        Demand("LaunchTemplateData/CreditSpecification/CpuCredits", OneOf("standard", "unlimited")),
        Demand("LaunchTemplateData/IamInstanceProfile/Name", Unset(), {"LaunchTemplateData/IamInstanceProfile/Arn": Present()}),
        Demand("LaunchTemplateData/MetadataOptions/HttpPutResponseHopLimit", Between(1, 64)),
        Demand("LaunchTemplateData/SecurityGroups", Unset(), {"LaunchTemplateData/SecurityGroupIds": Present()}),
    ),
    "AWS::EC2::NetworkInterface": (Demand("PrivateIpAddress", _ADDRESS),),
    "AWS::EC2::NetworkInterfaceAttachment": (Demand("DeviceIndex", AtLeast(1), {"InstanceId": Present()}),),
    "AWS::EC2::PrefixList": (
        Demand("PrefixListName", Matches(r"(?!com\.amazonaws).*", "a name that does not begin with com.amazonaws")),
        Demand("Entries/*/Cidr", _SIX, {"AddressFamily": Is("IPv6")}),
        Demand("Entries/*/Cidr", Matches(r"[^:]*", "an IPv4 block"), {"AddressFamily": Is("IPv4")}),
    ),
    "AWS::EC2::Route": (Demand("DestinationIpv6CidrBlock", _SIX),),
    "AWS::EC2::SecurityGroupEgress": (Demand("GroupId", Present()),),
    "AWS::EC2::SecurityGroupIngress": (
        Demand("GroupId", Present(), {"GroupName": Unset()}),
        Demand("GroupName", Unset(), {"GroupId": Present()}),
    ),
    "AWS::EC2::Subnet": (
        Demand(
            "Ipv6CidrBlock", Present(),
            {"AssignIpv6AddressOnCreation": Is(True), "Ipv6IpamPoolId": Unset(), "Ipv6NetmaskLength": Unset()},
        ),
    ),
    "AWS::EC2::VPCCidrBlock": (
        Demand(
            "CidrBlock", Present(),
            {name: Unset() for name in ("AmazonProvidedIpv6CidrBlock", "Ipv4IpamPoolId", "Ipv6CidrBlock", "Ipv6IpamPoolId", "Ipv6Pool")},
            fix="give one block: CidrBlock, Ipv6CidrBlock, AmazonProvidedIpv6CidrBlock, or one from a pool",
        ),
    ),
    "AWS::EC2::VPCEndpoint": (
        Demand("ServiceName", Present(), {"ResourceConfigurationArn": Unset(), "ServiceNetworkArn": Unset()}),
        Demand("ServiceName", Matches(r"[^.\s]+(?:\.[^.\s]+){2,}", "the whole name, such as com.amazonaws.eu-west-1.s3")),
    ),
    "AWS::EC2::VPCGatewayAttachment": (Demand("InternetGatewayId", Present(), {"VpnGatewayId": Unset()}),),
    "AWS::EC2::VolumeAttachment": (Demand("Device", Matches(r"/dev/\S+|xvd\S+", "a device, such as /dev/sdf")),),
    "AWS::ElasticBeanstalk::ApplicationVersion": (Demand("SourceBundle", Present()),),
    "AWS::ElasticLoadBalancing::LoadBalancer": (
        Demand("ConnectionDrainingPolicy/Timeout", Between(1, 3600, "seconds")),
        Demand("Scheme", OneOf("internal", "internet-facing")),
    ),
    "AWS::ElasticLoadBalancingV2::Listener": (
        Demand("Port", Present(), {"Protocol": Present()}),
        Demand("SslPolicy", StartsWith("ELBSecurityPolicy-")),
        *_actions("DefaultActions/*"),
        Demand("DefaultActions/*/Type", Is("forward"), {"Protocol": _PROTOCOL}),
    ),
    "AWS::ElasticLoadBalancingV2::ListenerRule": (
        *_actions("Actions/*"),
        Demand(
            "Field",
            OneOf("host-header", "http-header", "http-request-method", "path-pattern", "query-string", "source-ip"),
            within="Conditions/*",
        ),
        *tuple(
        Demand(config, Present(), {"Field": Is(field), "Values": Unset(), "RegexValues": Unset()}, within="Conditions/*")
        for field, config in _CONFIGS.items()
    ),
    ),
    "AWS::ElasticLoadBalancingV2::LoadBalancer": (
        Demand("Key", StartsWith(*_PARTS), within="LoadBalancerAttributes/*"),
    ),
    "AWS::ElasticLoadBalancingV2::TargetGroup": (
        Demand(
            "Matcher/HttpCode",
            Matches(r"[2-5]\d\d(?:-[2-5]\d\d)?(?:\s*,\s*[2-5]\d\d(?:-[2-5]\d\d)?)*", "codes of 200 to 599, such as 200-299"),
        ),
        Demand(
            "Value",
            OneOf("lb_cookie", "app_cookie", "source_ip", "source_ip_dest_ip", "source_ip_dest_ip_proto"),
            {"Key": Is("stickiness.type")},
            within="TargetGroupAttributes/*",
        ),
        Demand("Key", StartsWith(*_TARGET_PARTS), within="TargetGroupAttributes/*"),
    ),
    "AWS::IAM::Group": (Demand("Path", _PATH),),
    "AWS::IAM::InstanceProfile": (Demand("Path", _PATH),),
    "AWS::IAM::ManagedPolicy": (
        Demand("ManagedPolicyName", Matches(r"[\w+=,.@-]{1,128}", "letters, digits and +=,.@_-")),
        Demand("Path", _PATH),
    ),
    "AWS::IAM::OIDCProvider": (Demand("Url", StartsWith("https://")),),
    "AWS::IAM::Role": (Demand("Path", _PATH),),
    "AWS::IAM::ServiceLinkedRole": (
        Demand("AWSServiceName", Matches(r"[a-z0-9.-]+\.amazonaws\.com(?:\.cn)?", "a service principal, such as es.amazonaws.com")),
    ),
    "AWS::IAM::User": (Demand("Path", _PATH),),
    "AWS::Route53::HealthCheck": (
        Demand(
            "HealthCheckConfig/SearchString", Unset(),
            {"HealthCheckConfig/Type": OneOf("HTTP", "HTTPS", "TCP", "CALCULATED", "CLOUDWATCH_METRIC")},
        ),
        *tuple(
        Demand(f"HealthCheckConfig/{name}", Unset(), {"HealthCheckConfig/Type": OneOf("CALCULATED", "CLOUDWATCH_METRIC")})
        for name in ("FullyQualifiedDomainName", "IPAddress", "Port", "ResourcePath")
    ),
    ),
    "AWS::Route53::HostedZone": (
        Demand("Name", Present()),
        Demand("VPCRegion", Matches(r"[a-z]{2,4}(?:-[a-z]+)+-\d", "a region, such as eu-west-1"), within="VPCs/*"),
    ),
}  # fmt: skip

RULES: tuple[Rule, ...] = (
    demanded(
        "TPL026",
        "a property of a machine, a network or an identity is what its service asks for",
        DEMANDS,
        good=({"Type": "AWS::EC2::VPCGatewayAttachment", "Properties": {"VpcId": "vpc-1", "VpnGatewayId": "vgw-1"}},),
        bad=({"Type": "AWS::EC2::VPCGatewayAttachment", "Properties": {"VpcId": "vpc-1"}},),
    ),
)  # fmt: skip
