import API
import Domain
import Foundation
import Metadata
import Services
import TestSupport
import Testing

/// What conditions can ask of each action of EC2, about each kind of thing that it asks permission for: `Fixtures/condition-keys.txt` has a line for
/// each, and nothing changes it unseen. `FERRY_WRITE_GOLDEN=1 swift test --filter ConditionKeyTests` writes it anew, for its changes to be read.
@Suite struct ConditionKeyTests {
    /// Those of EC2 that Ferry answers, and of the global ones those that a request or a resource does; `ec2:Region` is everywhere.
    private static let keys = [
        "aws:RequestTag/team", "aws:ResourceTag/team", "aws:TagKeys", "ec2:Add/UserId", "ec2:AssociatePublicIpAddress",
        "ec2:Attribute", "ec2:Attribute/AutoEnableIO", "ec2:Attribute/CreateVolumePermission/Add/UserId", "ec2:Attribute/Description",
        "ec2:Attribute/DisableApiStop", "ec2:Attribute/HttpTokens", "ec2:Attribute/Size", "ec2:AvailabilityZone",
        "ec2:AvailabilityZoneId", "ec2:CoolOffPeriod", "ec2:CreateAction", "ec2:EbsOptimized", "ec2:Encrypted", "ec2:ImageID",
        "ec2:ImageType", "ec2:InstanceID", "ec2:InstanceMarketType", "ec2:InstanceMetadataTags", "ec2:InstanceProfile",
        "ec2:InstanceType", "ec2:KeyPairName", "ec2:KeyPairType", "ec2:KmsKeyId", "ec2:MetadataHttpEndpoint",
        "ec2:MetadataHttpPutResponseHopLimit", "ec2:MetadataHttpTokens", "ec2:NetworkInterfaceID", "ec2:Owner", "ec2:ParentSnapshot",
        "ec2:ParentVolume", "ec2:Public", "ec2:ResourceTag/team", "ec2:RootDeviceType", "ec2:SecurityGroupID",
        "ec2:SnapshotCoolOffPeriod", "ec2:SnapshotID", "ec2:SnapshotLockDuration", "ec2:SnapshotTime", "ec2:SourceAvailabilityZone",
        "ec2:Subnet", "ec2:SubnetID", "ec2:Tenancy", "ec2:VolumeID", "ec2:VolumeInitializationRate", "ec2:VolumeIops",
        "ec2:VolumeSize", "ec2:VolumeThroughput", "ec2:VolumeType", "ec2:Vpc", "ec2:VpcID",
    ]

    @Test(.againstHangs) func everyActionAnswersTheKeysThatItDid() async throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/condition-keys.txt")
        var lines: [String] = []
        try await Edge.run { edge in
            let world = try await ActionWorld(edge)
            let things = try await Things(in: edge)
            for action in RegisteredAction.all where action.service == "ec2" {
                for sample in ActionSamples.requests("ec2", action.name) {
                    lines += try await answered(things.named(in: sample), action, in: world)
                }
            }
        }
        let text = lines.joined(separator: "\n") + "\n"
        if ProcessInfo.processInfo.environment["FERRY_WRITE_GOLDEN"] == "1" { try text.write(to: file, atomically: true, encoding: .utf8) }
        let written = try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map(String.init)
        // Of an action that is new, the lines come when the file is written anew.
        let known = Set(written.map { $0.prefix { $0 != " " } })
        #expect(lines.filter { known.contains($0.prefix { $0 != " " }) }.difference(from: written).isEmpty)
        // The published keys of what is made, in full.
        let volume =
            "CreateVolume | ec2:CreateVolume | volume/* | aws:RequestTag/team aws:TagKeys ec2:AvailabilityZone ec2:AvailabilityZoneId"
        #expect(lines.contains { $0.hasPrefix(volume) && $0.contains("ec2:Encrypted ec2:ParentSnapshot") && $0.contains("ec2:VolumeSize") })
        #expect(lines.count > 100)
    }

    /// Asks the caller's policy for every key, and denies: once for each thing that the action needs a permission for.
    private func answered(_ sample: SampleRequest, _ action: RegisteredAction, in world: ActionWorld) async throws -> [String] {
        let conditions = Self.keys.map { #""\#($0)":"?""# }.joined(separator: ",")
        var lines: [String] = []
        for permission in action.permissions where permission.hasPrefix("ec2:") {
            var told: [String] = []
            while told.count < 9 {
                let others = told.map { "\"\($0)\"" }.joined(separator: ",")
                let place = told.isEmpty ? #""Resource":"*""# : #""NotResource":[\#(others)]"#
                try await world.allow(
                    #"{"Effect":"Allow","Action":"*","Resource":"*"}"#,
                    #"{"Effect":"Deny","Action":"\#(permission)",\#(place),"Condition":{"StringNotEqualsIfExists":{\#(conditions)}}}"#
                )
                let answer = try await world.answer(to: sample)
                guard answer.body.contains("is not authorized to perform: \(permission) on"),
                    let message = answer.body.between("Encoded authorization failure message: ", "<")
                else { break }
                let refusal = try Refusal(try await world.decoded(message))
                let kind = refusal.resource.split(separator: ":", maxSplits: 5).last.map(String.init) ?? refusal.resource
                let thing = kind.hasSuffix("/*") || kind == "*" ? kind : "\(kind.prefix { $0 != "/" })/ID"
                let keys = Self.keys.filter { refusal.keys.contains($0.lowercased()) }
                lines.append("\(action.name) | \(permission) | \(thing) | \(keys.joined(separator: " "))")
                guard refusal.resource != "*" else { break }
                told.append(refusal.resource)
            }
        }
        return lines
    }

    /// What the message in a refusal says.
    private struct Refusal {
        let resource: String
        /// In small letters.
        let keys: Set<String>

        init(_ text: String) throws {
            let json = try #require(text.between("<DecodedMessage>", "</DecodedMessage>"))
            let message = try JSONDecoder().decode(Message.self, from: Data(json.utf8))
            resource = message.context.resource
            keys = Set(message.context.conditions.items.map(\.key))
        }

        private struct Message: Decodable { let context: Context }
        private struct Conditions: Decodable { let items: [Item] }
        private struct Item: Decodable { let key: String }

        private struct Context: Decodable {
            let resource: String
            let conditions: Conditions
        }
    }

    /// One of each thing that the samples name and `ActionWorld` has not, all of them with a tag.
    private struct Things {
        private let names: [String: String]

        init(in edge: Edge) async throws {
            func root(_ action: String, _ parameters: [String: String]) async throws -> String {
                let answer = try await edge.answer(to: .form("ec2", action, parameters), by: edge.credential)
                try #require(answer.status == 200, "\(action): \(answer.body)")
                return answer.body
            }
            func tag(_ kind: String) -> [String: String] {
                [
                    "TagSpecification.1.ResourceType": kind, "TagSpecification.1.Tag.1.Key": "team", "TagSpecification.1.Tag.1.Value": "a",
                ]
            }
            let volume = ["AvailabilityZone": "us-east-1a", "Size": "1", "VolumeType": "gp3"].merging(tag("volume")) { $1 }
            let made = try await root("CreateVolume", volume)
            let named = ["GroupName": "things", "GroupDescription": "text"].merging(tag("security-group")) { $1 }
            let group = try await root("CreateSecurityGroup", named)
            _ = try await root("CreateKeyPair", ["KeyName": "a-key"].merging(tag("key-pair")) { $1 })
            let tagged = [
                "ResourceId.1": "ami-0123456789abcdef0", "ResourceId.2": "snap-0123456789abcdef0", "Tag.1.Key": "team", "Tag.1.Value": "a",
            ]
            _ = try await root("CreateTags", tagged)
            try await Self.launch(in: edge)
            names = [
                "vol-0123456789abcdef0": try #require(made.between("<volumeId>", "</volumeId>")),
                "sg-0123456789abcdef0": try #require(group.between("<groupId>", "</groupId>")),
            ]
        }

        /// An instance, put into the rows: nothing runs here that would start it.
        private static func launch(in edge: Edge) async throws {
            let identity = try await edge.answer(to: .form("sts", "GetCallerIdentity"), by: edge.credential)
            let owner = try #require(identity.body.between("<Account>", "</Account>").flatMap { AccountID(rawValue: $0) })
            let region = try #require(Region(rawValue: Edge.region))
            let network = DefaultNetwork(of: owner, in: region)
            let (subnet, interface) = (network.subnets[0], NetworkInterfaceID.random())
            let instance = Instance(
                id: try #require(InstanceID(rawValue: "i-0123456789abcdef0")),
                owner: owner,
                reservation: .random(),
                launchIndex: 0,
                image: try #require(ImageID(rawValue: "ami-0123456789abcdef0")),
                traits: MachineTraits(architecture: .amd64, virtualization: .hvm),
                rootDeviceName: "/dev/sda1",
                rootDeviceType: .ebs,
                type: "t3.nano",
                place: Instance.Place(
                    zone: subnet.zone,
                    subnet: subnet.id,
                    vpc: network.vpc,
                    interface: interface,
                    mac: InstanceAddresses.mac(of: interface),
                    privateAddress: "172.31.0.9",
                    publicAddress: nil,
                    groups: [network.securityGroup]
                ),
                metadata: MetadataOptions(),
                launchedAt: edge.deployment.clock.now,
                tags: []
            )
            let store = try #require(edge.deployment.regions[region])
            try await store.database.write { transaction in
                try InstanceTable(transaction).insert(instance)
                try TagTable(transaction).set([Tag(key: "team", value: "a")], on: .instance(instance.id), by: owner)
            }
        }

        /// The sample, with the things that are there, and as a dry run: none is changed.
        func named(in sample: SampleRequest) -> SampleRequest {
            var named = sample
            var body = String(decoding: sample.body, as: UTF8.self) + "&DryRun=true"
            for (name, value) in names { body = body.replacing(name, with: value) }
            named.body = Array(body.utf8)
            return named
        }
    }
}
