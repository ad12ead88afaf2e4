import Client
import Foundation
import Testing
import Wire

@Suite struct ConnectionTests {
    /// Runs `body` with a server's folder that tells an address and a key, and a home with a shared-credentials file.
    private func withHome<Value>(_ body: (_ home: String, _ data: String) throws -> Value) async throws -> Value {
        try await withTemporaryFolder { home in
            let data = home + "/.local/share/ferry"
            for folder in [data, home + "/.aws", home + "/other"] {
                try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            }
            try "http://127.0.0.1:41233\n".write(toFile: data + "/endpoint", atomically: true, encoding: .utf8)
            try "# account 123456789012\n[default]\naws_access_key_id = OWN\naws_secret_access_key = s=1/+\n"
                .write(toFile: data + "/credentials", atomically: true, encoding: .utf8)
            try
                "[default]\naws_access_key_id=SHARED\naws_secret_access_key=x\n[work]\nAWS_ACCESS_KEY_ID = WORK\naws_secret_access_key = y\naws_session_token = z\n"
                .write(toFile: home + "/.aws/credentials", atomically: true, encoding: .utf8)
            return try body(home, data)
        }
    }

    private func connect(_ environment: [String: String], _ change: (inout ConnectionRequest) -> Void = { _ in }) throws -> Connection {
        var request = ConnectionRequest()
        change(&request)
        return try Connection(request, environment: environment)
    }

    private func address(_ connection: Connection) -> String { connection.endpoints.url(of: .ec2, in: connection.region).description }

    @Test func aServerOnThisMachineIsFoundByItsFolder() async throws {
        try await withHome { home, _ in
            let connection = try connect(["HOME": home])
            #expect(address(connection) == "http://127.0.0.1:41233")
            #expect(connection.credential.accessKeyID == "OWN")
            #expect(connection.credential.secretAccessKey == "s=1/+")
            #expect(connection.region == "us-east-1")
        }
    }

    @Test func theEnvironmentWinsOverFilesAndOptionsOverBoth() async throws {
        try await withHome { home, data in
            let environment = [
                "HOME": home, "AWS_ENDPOINT_URL": "http://a.example:1", "AWS_ENDPOINT_URL_EBS": "http://b.example:2",
                "AWS_ACCESS_KEY_ID": "ENV",
                "AWS_SECRET_ACCESS_KEY": "e", "AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "eu-west-2",
            ]
            let fromEnvironment = try connect(environment)
            #expect(address(fromEnvironment) == "http://a.example:1")
            #expect(fromEnvironment.endpoints.url(of: .ebs, in: "x").description == "http://b.example:2")
            #expect((fromEnvironment.credential.accessKeyID, fromEnvironment.region) == ("ENV", "eu-west-1"))

            let named = try connect(environment) {
                $0.endpointURL = "http://c.example"
                $0.region = "us-west-2"
                $0.profile = "work"
            }
            #expect((address(named), named.region) == ("http://c.example", "us-west-2"))
            #expect((named.credential.accessKeyID, named.credential.sessionToken) == ("WORK", "z"))

            let folder = try connect(environment) { $0.dataFolder = data }
            #expect((address(folder), folder.credential.accessKeyID) == ("http://127.0.0.1:41233", "OWN"))
        }
    }

    @Test func theServersOwnKeyGoesToThisMachineOnly() async throws {
        try await withHome { home, _ in
            let elsewhere = try connect(["HOME": home, "AWS_ENDPOINT_URL": "http://10.0.0.7:4566"])
            #expect(elsewhere.credential.accessKeyID == "SHARED")
            let aws = try connect(["HOME": home]) {
                $0.useAWS = true
                $0.region = "eu-west-1"
            }
            #expect(aws.credential.accessKeyID == "SHARED")
            #expect(address(aws) == "https://ec2.eu-west-1.amazonaws.com")
            let profile = try connect(["HOME": home, "AWS_PROFILE": "work"]) {
                $0.useAWS = true
                $0.region = "eu-west-1"
            }
            #expect(profile.credential.accessKeyID == "WORK")
        }
    }

    @Test func whatIsMissingIsSaid() async throws {
        try await withTemporaryFolder { home in
            #expect(throws: Connection.Missing.self) { try connect(["HOME": home]) }
            #expect(throws: Connection.Missing.self) { try connect(["HOME": home]) { $0.endpointURL = "127.0.0.1:4566" } }
        }
        try await withHome { home, _ in
            let error = #expect(throws: Connection.Missing.self) { try connect(["HOME": home]) { $0.useAWS = true } }
            #expect(error?.description.contains("Region") == true)
            #expect(throws: Connection.Missing.self) { try connect(["HOME": home]) { $0.profile = "none" } }
        }
    }

    @Test func aNamedFolderIsNeverMixedWithAnotherServer() async throws {
        try await withHome { home, data in
            try FileManager.default.removeItem(atPath: data + "/endpoint")
            let environment = [
                "HOME": home, "AWS_ENDPOINT_URL": "http://a.example:1", "AWS_ACCESS_KEY_ID": "ENV", "AWS_SECRET_ACCESS_KEY": "e",
            ]
            let stopped = try connect(environment) { $0.dataFolder = data }
            #expect((address(stopped), stopped.credential.accessKeyID) == ("http://127.0.0.1:4566", "OWN"))
            // Neither one that is not a server's nor one that is misspelt falls through to the server of the environment.
            for path in ["/other", "/misspelt"] {
                let error = #expect(throws: Connection.Missing.self) { try connect(environment) { $0.dataFolder = home + path } }
                #expect(error?.description.hasPrefix(home + path) == true)
            }
        }
    }

    @Test func withoutAFolderTheUsualPortIsMeant() async throws {
        try await withTemporaryFolder { home in
            let connection = try connect(["HOME": home, "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b", "AWS_ENDPOINT_URL": ""])
            #expect(address(connection) == "http://127.0.0.1:4566")
        }
    }

    @Test func theFolderFollowsXDG() {
        #expect(ServerFolder.standard(["XDG_DATA_HOME": "/d", "HOME": "/h"]).path == "/d/ferry")
        #expect(ServerFolder.standard(["XDG_DATA_HOME": "relative", "HOME": "/h"]).path == "/h/.local/share/ferry")
    }
}
