import Domain
import Foundation

/// The paths below a version, as a guest walks them.
///
/// Each name that a list shows can be read: cloud-init fetches all of them and fails for one that is missing.
indirect enum MetadataTree {
    case text(String)
    case bytes([UInt8])
    /// The identity document with a signature, or a role's keys: made when they are read.
    case made(MadeMetadata)
    case list([Entry])

    struct Entry {
        /// How the name stands in a list, when not as it is or with a slash behind it: `0=my-key`.
        var title: String?
        let name: String
        let tree: MetadataTree

        init(_ name: String, _ tree: MetadataTree, title: String? = nil) {
            self.name = name
            self.tree = tree
            self.title = title
        }

        /// A text; nothing for nil, so that what is not there is not listed.
        static func text(_ name: String, _ text: String?) -> Entry? { text.map { Entry(name, .text($0)) } }

        static func list(_ name: String, _ entries: [Entry?]) -> Entry { Entry(name, .list(entries.compactMap(\.self))) }

        fileprivate var line: String {
            if let title { return title }
            if case .list = tree { return name + "/" }
            return name
        }
    }

    /// What stands under a path; nil for what is not there.
    ///
    /// - Parameter path: the names between slashes. Empty ones at the end or doubled mean nothing, as in EC2.
    subscript(path: some Sequence<Substring>) -> MetadataTree? {
        var tree = self
        for name in path {
            guard case .list(let entries) = tree, let entry = entries.first(where: { $0.name == name }) else { return nil }
            tree = entry.tree
        }
        return tree
    }

    /// The lines of a list.
    static func lines(of entries: [Entry]) -> String { entries.map(\.line).joined(separator: "\n") }
}

/// What is made when it is read.
enum MadeMetadata: Equatable {
    case roleKeys
    case signature(IdentitySignature)
}

/// How the instance identity document is signed.
package enum IdentitySignature: Sendable, Equatable {
    /// RSA with SHA-256 over the document.
    case plain
    /// PKCS #7 with the document in it.
    case pkcs7
    /// The same; EC2 keeps both names for keys of two kinds.
    case rsa2048
}

extension GuestMetadata {
    var tree: MetadataTree {
        .list(
            [
                .list("dynamic", [.list("instance-identity", identity)]),
                .list("meta-data", instance),
                userData.map { MetadataTree.Entry("user-data", .bytes($0)) },
            ].compactMap(\.self)
        )
    }

    private var identity: [MetadataTree.Entry] {
        [
            .init("document", .text(identityDocument)),
            .init("pkcs7", .made(.signature(.pkcs7))),
            .init("rsa2048", .made(.signature(.rsa2048))),
            .init("signature", .made(.signature(.plain))),
        ]
    }

    private var instance: [MetadataTree.Entry?] {
        [
            .text("ami-id", imageID),
            .text("ami-launch-index", String(launchIndex)),
            .text("ami-manifest-path", manifestPath ?? "(unknown)"),
            .list("block-device-mapping", devices.map { .text($0.role, $0.name) }),
            .text("hostname", hostname),
            profile.map(Self.iam),
            .text("instance-action", "none"),
            .text("instance-id", instanceID),
            .text("instance-life-cycle", "on-demand"),
            .text("instance-type", instanceType),
            .text("kernel-id", kernelID),
            .text("local-hostname", hostname),
            .text("local-ipv4", interface.privateAddress),
            .text("mac", interface.mac),
            .list("network", [.list("interfaces", [.list("macs", [.list(interface.mac, network)])])]),
            .list(
                "placement",
                [.text("availability-zone", zone), .text("availability-zone-id", zoneID), .text("region", region.rawValue)]
            ),
            .text("profile", "default-hvm"),
            .text("public-hostname", publicHostname),
            .text("public-ipv4", interface.publicAddress),
            key.map(Self.publicKeys),
            .text("ramdisk-id", ramdiskID),
            .text("reservation-id", reservationID),
            .text("security-groups", interface.groups.map(\.name).joined(separator: "\n")),
            .list(
                "services",
                [
                    .text("domain", region.partition == "aws-cn" ? "amazonaws.com.cn" : "amazonaws.com"),
                    .text("partition", region.partition),
                ]
            ),
            options.showsTags ? .list("tags", [.list("instance", tags.map { .text($0.key, $0.value) })]) : nil,
        ]
    }

    private static func publicKeys(_ key: PublicKey) -> MetadataTree.Entry {
        .list("public-keys", [MetadataTree.Entry("0", .list([.init("openssh-key", .text(key.line))]), title: "0=\(key.name)")])
    }

    private static func iam(_ profile: InstanceProfile) -> MetadataTree.Entry {
        let info = """
            {
              "Code" : "Success",
              "InstanceProfileArn" : "\(profile.arn)",
              "InstanceProfileId" : "\(profile.id)"
            }
            """
        return .list(
            "iam",
            [
                .text("info", info),
                profile.roleName.map { .list("security-credentials", [MetadataTree.Entry($0, .made(.roleKeys))]) },
            ]
        )
    }

    private var network: [MetadataTree.Entry?] {
        [
            .text("device-number", "0"),
            .text("interface-id", interface.id),
            interface.publicAddress.map { .list("ipv4-associations", [.text($0, interface.privateAddress)]) },
            .text("local-hostname", hostname),
            .text("local-ipv4s", interface.privateAddress),
            .text("mac", interface.mac),
            .text("owner-id", account.rawValue),
            .text("public-hostname", publicHostname),
            .text("public-ipv4s", interface.publicAddress),
            .text("security-group-ids", interface.groups.map(\.id).joined(separator: "\n")),
            .text("security-groups", interface.groups.map(\.name).joined(separator: "\n")),
            .text("subnet-id", interface.subnetID),
            .text("subnet-ipv4-cidr-block", interface.subnetBlock),
            .text("vpc-id", interface.vpcID),
            .text("vpc-ipv4-cidr-block", interface.vpcBlock),
            .text("vpc-ipv4-cidr-blocks", interface.vpcBlock),
        ]
    }

    /// The instance identity document, as EC2 lays it out: what is signed is these bytes.
    package var identityDocument: String {
        let values: [(String, String?)] = [
            ("accountId", account.rawValue),
            ("architecture", architecture),
            ("availabilityZone", zone),
            ("billingProducts", nil),
            ("devpayProductCodes", nil),
            ("marketplaceProductCodes", nil),
            ("imageId", imageID),
            ("instanceId", instanceID),
            ("instanceType", instanceType),
            ("kernelId", kernelID),
            ("pendingTime", Self.seconds(launchedAt)),
            ("privateIp", interface.privateAddress),
            ("ramdiskId", ramdiskID),
            ("region", region.rawValue),
            ("version", "2017-09-30"),
        ]
        let lines = values.map { name, value in "  \"\(name)\" : \(value.map { "\"\($0)\"" } ?? "null")" }
        return "{\n\(lines.joined(separator: ",\n"))\n}"
    }

    /// To the second, as `2026-11-22T19:34:32Z`.
    static func seconds(_ date: Date) -> String { date.formatted(.iso8601) }
}
