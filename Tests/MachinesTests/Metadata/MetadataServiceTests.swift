import Crypto
import Domain
import Foundation
import Machines
import TestSupport
import Testing

/// What a guest is answered at 169.254.169.254, whatever carries it.
@Suite struct MetadataServiceTests {
    private let clock = SettableClock(at: GuestSample.launchedAt)

    private func service(_ source: GuestStub = GuestStub(), instance: String = "i-0123456789abcdef0") -> MetadataService {
        let key = SymmetricKey(data: [UInt8](repeating: 7, count: 32))
        return MetadataService(source, tokens: MetadataTokens(key: key, instanceID: instance), clock: clock.wallClock)
    }

    private func get(_ path: String, _ service: MetadataService, token: String? = nil) async throws -> MetadataReply {
        try await service.reply(to: MetadataRequest(method: "GET", target: path, token: token))
    }

    private func text(_ path: String, _ service: MetadataService) async throws -> String {
        let reply = try await get(path, service)
        #expect(reply.status == 200, "\(path)")
        return String(decoding: reply.body, as: UTF8.self)
    }

    private func token(_ seconds: String?, _ service: MetadataService) async throws -> MetadataReply {
        try await service.reply(to: MetadataRequest(method: "PUT", target: "/latest/api/token", tokenSeconds: seconds))
    }

    @Test func listsAreAsEC2WritesThem() async throws {
        let service = service()
        #expect(try await text("/latest", service) == "dynamic/\nmeta-data/\nuser-data")
        #expect(try await text("/latest/meta-data/public-keys/", service) == "0=my-key")
        #expect(try await text("/latest/meta-data/public-keys/0", service) == "openssh-key")
        #expect(try await text("/latest/meta-data/network/interfaces/macs/", service) == "06:00:00:00:00:05/")
        #expect(try await text("/latest/meta-data/iam/security-credentials/", service) == "builder")
        #expect(try await text("/latest/meta-data/block-device-mapping/", service) == "ami\nroot\nebs1")
        #expect(try await text("/", service).hasSuffix("\nlatest"))
    }

    @Test func valuesAreTheGuestsOwn() async throws {
        let service = service()
        let expected = [
            "meta-data/instance-id": "i-0123456789abcdef0",
            "meta-data/ami-id": "ami-0fedcba9876543210",
            "meta-data/hostname": "ip-172-31-16-5.eu-west-1.compute.internal",
            "meta-data/placement/region": "eu-west-1",
            "meta-data/public-keys/0/openssh-key": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5 my-key",
            "meta-data/security-groups": "default\nweb",
            "meta-data/network/interfaces/macs/06:00:00:00:00:05/subnet-ipv4-cidr-block": "172.31.16.0/20",
            "meta-data/services/partition": "aws",
        ]
        for (path, value) in expected { #expect(try await text("/2021-03-23/\(path)", service) == value) }
        #expect(try await get("/latest/user-data", service).body == [0x23, 0x21, 0x00, 0xff])
    }

    /// cloud-init fetches every name that it finds in a list, and fails for one that is not there.
    @Test(arguments: [false, true]) func everyListedNameIsThere(isBare: Bool) async throws {
        let service = service(GuestStub(guest: GuestSample.metadata(.init(showsTags: true), isBare: isBare)))
        var (paths, seen) = (["/latest"], 0)
        while let path = paths.popLast() {
            seen += 1
            let lines = try await text(path, service).split(separator: "\n")
            let isList = path == "/latest" || path.hasSuffix("/") || path.hasSuffix("public-keys/0")
            guard isList else { continue }
            for line in lines { paths.append("\(path.hasSuffix("/") ? path : path + "/")\(line.split(separator: "=")[0])") }
        }
        #expect(seen > (isBare ? 40 : 50))
    }

    @Test func whatIsNotThereIsNotListed() async throws {
        let service = service(GuestStub(guest: GuestSample.metadata(isBare: true)))
        for path in ["user-data", "meta-data/public-keys/", "meta-data/iam/info", "meta-data/public-ipv4", "meta-data/tags/instance"] {
            #expect(try await get("/latest/\(path)", service).status == 404, "\(path)")
        }
        let list = try await text("/latest/meta-data/", service).split(separator: "\n")
        #expect(!list.contains("iam/") && !list.contains("public-keys/") && !list.contains("tags/"))
    }

    @Test(arguments: [
        "/latest/nothing", "/1999-01-01/meta-data/", "/latest/meta-data/instance-id/deeper", "/latest/meta-data/../user-data",
    ])
    func otherPathsAreNotFound(path: String) async throws { #expect(try await get(path, service()).status == 404) }

    @Test func tagsShowWhenTheyAreAskedFor() async throws {
        let service = service(GuestStub(guest: GuestSample.metadata(.init(showsTags: true))))
        #expect(try await text("/latest/meta-data/tags/instance", service) == "Name\nempty")
        #expect(try await text("/latest/meta-data/tags/instance/Name", service) == "builder 7")
    }

    @Test func identityIsSignedAsItIsTold() async throws {
        let service = service()
        let document = try await text("/latest/dynamic/instance-identity/document", service)
        let values = try #require(JSONSerialization.jsonObject(with: Data(document.utf8)) as? [String: Any])
        #expect(values["instanceId"] as? String == "i-0123456789abcdef0")
        #expect(values["pendingTime"] as? String == "2026-11-22T19:34:32Z")
        #expect(values["kernelId"] is NSNull)
        for (name, signature) in [("signature", "plain"), ("pkcs7", "pkcs7"), ("rsa2048", "rsa2048")] {
            let base64 = try await text("/latest/dynamic/instance-identity/\(name)", service)
            let signed = try #require(Data(base64Encoded: base64, options: .ignoreUnknownCharacters))
            #expect(String(decoding: signed, as: UTF8.self) == "\(signature):\(document)")
        }
    }

    @Test func roleKeysAreAsSDKsReadThem() async throws {
        let text = try await text("/latest/meta-data/iam/security-credentials/builder", service())
        let values = try #require(JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: String])
        #expect(values["Code"] == "Success" && values["AccessKeyId"] == "ASIA0123456789ABCDEF" && values["Token"] == "token")
        #expect(values["Expiration"] == "2026-11-22T20:34:32Z")
        let without = service(GuestStub(hasKeys: false))
        #expect(try await get("/latest/meta-data/iam/security-credentials/builder", without).status == 404)
    }

    @Test func tokensOpenWhatRequiresThem() async throws {
        let service = service(GuestStub(guest: GuestSample.metadata(.init(requiresToken: true))))
        let path = "/latest/meta-data/instance-id"
        #expect(try await get(path, service).status == 401)
        let reply = try await token("60", service)
        let token = String(decoding: reply.body, as: UTF8.self)
        #expect(reply.headers.contains { $0 == ("X-Aws-Ec2-Metadata-Token-Ttl-Seconds", "60") })
        let opened = try await get(path, service, token: token)
        #expect(opened.status == 200)
        #expect(opened.headers.contains { $0 == ("X-Aws-Ec2-Metadata-Token-Ttl-Seconds", "60") })
        clock.advance(seconds: 60)
        #expect(try await get(path, service, token: token).status == 401)
    }

    @Test func wrongTokensAreRefusedAlsoWhereNoneIsNeeded() async throws {
        let service = service()
        let reply = try await token("21600", service)
        let token = String(decoding: reply.body, as: UTF8.self)
        var bytes = Array(token.utf8)
        bytes[3] = bytes[3] == 0x41 ? 0x42 : 0x41
        for wrong in ["", "nonsense", String(decoding: bytes, as: UTF8.self), String(repeating: "A", count: 4096)] {
            #expect(try await get("/latest/meta-data/", service, token: wrong).status == 401)
        }
        let other = self.service(instance: "i-0123456789abcdef1")
        #expect(try await get("/latest/meta-data/", other, token: token).status == 401)
        #expect(try await get("/latest/meta-data/", service, token: token).status == 200)
    }

    @Test(arguments: [nil, "", "0", "21601", "-1", "1e3", "60 "]) func tokensNeedASoundTime(seconds: String?) async throws {
        #expect(try await token(seconds, service()).status == 400)
    }

    @Test func tokensAreMadeInOneWayAlone() async throws {
        let service = service()
        #expect(try await get("/latest/api/token", service).status == 405)
        let forwarded = MetadataRequest(method: "PUT", target: "/latest/api/token", tokenSeconds: "60", isForwarded: true)
        #expect(try await service.reply(to: forwarded).status == 403)
        let elsewhere = MetadataRequest(method: "PUT", target: "/latest/meta-data/instance-id", tokenSeconds: "60")
        #expect(try await service.reply(to: elsewhere).status == 405)
    }

    @Test func aServiceThatIsOffOrGoneAnswersNothing() async throws {
        let off = service(GuestStub(guest: GuestSample.metadata(.init(isEnabled: false))))
        #expect(try await get("/latest/meta-data/", off).status == 403)
        #expect(try await token("60", off).status == 403)
        #expect(try await get("/latest/meta-data/", service(GuestStub(guest: nil))).status == 404)
    }
}
