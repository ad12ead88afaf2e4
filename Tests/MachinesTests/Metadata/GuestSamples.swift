import Domain
import Foundation
import Machines
import TestSupport

/// A guest and what it may be asked for.
enum GuestSample {
    static let launchedAt = Date(timeIntervalSince1970: 1_795_376_072)

    static func metadata(_ options: MetadataOptions = .init(), isBare: Bool = false) -> GuestMetadata {
        GuestMetadata(
            options: options,
            account: known("123456789012"),
            region: known("eu-west-1"),
            zone: "eu-west-1a",
            zoneID: "euw1-az1",
            instanceID: "i-0123456789abcdef0",
            instanceType: "t3.nano",
            architecture: "x86_64",
            imageID: "ami-0fedcba9876543210",
            reservationID: "r-0123456789abcdef0",
            launchIndex: 1,
            launchedAt: launchedAt,
            devices: [
                .init(role: "ami", name: "/dev/xvda"), .init(role: "root", name: "/dev/xvda"), .init(role: "ebs1", name: "/dev/sdf"),
            ],
            hostname: "ip-172-31-16-5.eu-west-1.compute.internal",
            publicHostname: isBare ? nil : "127.9.8.7",
            interface: .init(
                id: "eni-0123456789abcdef0",
                mac: "06:00:00:00:00:05",
                privateAddress: "172.31.16.5",
                publicAddress: isBare ? nil : "127.9.8.7",
                subnetID: "subnet-0123456789abcdef0",
                subnetBlock: "172.31.16.0/20",
                vpcID: "vpc-0123456789abcdef0",
                vpcBlock: "172.31.0.0/16",
                groups: [.init(id: "sg-0123456789abcdef0", name: "default"), .init(id: "sg-0123456789abcdef1", name: "web")]
            ),
            key: isBare ? nil : .init(name: "my-key", line: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5 my-key"),
            profile: isBare
                ? nil : .init(id: "AIPA0123456789ABCDEF", arn: "arn:aws:iam::123456789012:instance-profile/builder", roleName: "builder"),
            tags: [Tag(key: "Name", value: "builder 7"), Tag(key: "empty", value: "")],
            userData: isBare ? nil : [0x23, 0x21, 0x00, 0xff]
        )
    }
}

/// Holds the metadata of one guest; signs by saying what it was asked to sign.
struct GuestStub: GuestMetadataSource {
    var guest: GuestMetadata? = GuestSample.metadata()
    var hasKeys = true

    func metadata() async throws -> GuestMetadata? { guest }

    func roleKeys() async throws -> GuestRoleKeys? {
        guard hasKeys else { return nil }
        return GuestRoleKeys(
            accessKeyID: "ASIA0123456789ABCDEF",
            secretAccessKey: "secret",
            sessionToken: "token",
            updatedAt: GuestSample.launchedAt,
            expiresAt: GuestSample.launchedAt.addingTimeInterval(3600)
        )
    }

    func sign(_ document: [UInt8], _ signature: IdentitySignature) async throws -> [UInt8] { Array("\(signature):".utf8) + document }
}
