import Foundation
import Wire

/// Where to call, as whom, and for which Region.
package struct Connection: Sendable {
    package var endpoints: Endpoints
    package var credential: Credential
    package var region: String
    /// A PEM file of authorities, from `AWS_CA_BUNDLE`.
    package var trustedCertificates: String?

    /// What cannot be found out, and what to do about it.
    package struct Missing: Error, Hashable, Sendable, CustomStringConvertible {
        package var description: String
    }

    /// Options win over the environment, the environment over files.
    ///
    /// - Throws: ``Missing`` when an URL is none, when there is no access key, or when AWS is meant and no Region is named.
    package init(_ request: ConnectionRequest, environment: [String: String]) throws {
        let environment = environment.filter { !$0.value.isEmpty }
        let folder = request.dataFolder.map(ServerFolder.init(path:)) ?? .standard(environment)
        if request.dataFolder != nil, let problem = folder.problem { throw Missing(description: problem) }
        endpoints = try Self.endpoints(request, environment, folder)
        region = try Self.region(request, environment)
        credential = try Self.credential(request, environment, folder, endpoints: endpoints)
        trustedCertificates = environment["AWS_CA_BUNDLE"]
        if let trustedCertificates, !FileManager.default.isReadableFile(atPath: trustedCertificates) {
            throw Missing(description: "AWS_CA_BUNDLE names \(trustedCertificates), which cannot be read")
        }
    }

    /// Where a server listens that nothing else is known of.
    private static let localServer = "http://127.0.0.1:4566"

    private static func endpoints(_ request: ConnectionRequest, _ environment: [String: String], _ folder: ServerFolder) throws -> Endpoints
    {
        if request.useAWS {
            guard request.endpointURL == nil else {
                throw Missing(description: "--aws and --endpoint-url say two different things; give one")
            }
            return .aws
        }
        if let text = request.endpointURL { return Endpoints(everyService: try url(text, from: "--endpoint-url")) }
        // A folder named on the command line is meant, whatever an earlier `eval "$(ferry env)"` left in the environment: the key of
        // one server with the address of another would only be refused.
        if request.dataFolder != nil { return Endpoints(everyService: try folder.endpoint() ?? url(localServer, from: "the default")) }
        var perService: [AWSService: EndpointURL] = [:]
        for service in [AWSService.ec2, .ebs, .kms, .s3, .sts] {
            let name = "AWS_ENDPOINT_URL_\(service.rawValue.uppercased())"
            if let text = environment[name] { perService[service] = try url(text, from: name) }
        }
        let general = try environment["AWS_ENDPOINT_URL"].map { try url($0, from: "AWS_ENDPOINT_URL") }
        return Endpoints(everyService: try general ?? folder.endpoint() ?? url(localServer, from: "the default"), perService: perService)
    }

    private static func url(_ text: String, from origin: String) throws -> EndpointURL {
        guard let url = EndpointURL(text) else {
            throw Missing(description: "\(origin) holds '\(text)', which is not the URL of a server; write it like \(localServer)")
        }
        return url
    }

    private static func region(_ request: ConnectionRequest, _ environment: [String: String]) throws -> String {
        if let region = request.region ?? environment["AWS_REGION"] ?? environment["AWS_DEFAULT_REGION"] { return region }
        // A guess is harmless on a server of one's own, and costs money in AWS.
        guard !request.useAWS else { throw Missing(description: "AWS needs a Region; give --region or set AWS_REGION") }
        return "us-east-1"
    }

    private static func credential(
        _ request: ConnectionRequest,
        _ environment: [String: String],
        _ folder: ServerFolder,
        endpoints: Endpoints
    ) throws -> Credential {
        let sharedPath = environment["AWS_SHARED_CREDENTIALS_FILE"] ?? "\(environment["HOME"] ?? NSHomeDirectory())/.aws/credentials"
        if let profile = request.profile {
            guard let credential = SharedCredentials(path: sharedPath)?.credential(profile: profile) else {
                throw Missing(description: "\(sharedPath) has no access key for the profile '\(profile)'")
            }
            return credential
        }
        let isOwnServer = !endpoints.isAWS && (request.dataFolder != nil || endpoints.everyService?.isLoopback == true)
        let ownKey = isOwnServer ? SharedCredentials(path: folder.credentialsPath)?.credential(profile: "default") : nil
        if request.dataFolder != nil, let ownKey { return ownKey }
        guard !request.ownKeyOnly else { throw Missing(description: missingOwnKey(folder)) }
        switch (environment["AWS_ACCESS_KEY_ID"], environment["AWS_SECRET_ACCESS_KEY"]) {
        case (let id?, let secret?):
            return Credential(accessKeyID: id, secretAccessKey: secret, sessionToken: environment["AWS_SESSION_TOKEN"])
        case (_?, nil): throw Missing(description: "AWS_ACCESS_KEY_ID is set and AWS_SECRET_ACCESS_KEY is not: set both, or neither")
        case (nil, _?): throw Missing(description: "AWS_SECRET_ACCESS_KEY is set and AWS_ACCESS_KEY_ID is not: set both, or neither")
        case (nil, nil): break
        }
        if let ownKey { return ownKey }
        if let credential = SharedCredentials(path: sharedPath)?.credential(profile: environment["AWS_PROFILE"] ?? "default") {
            return credential
        }
        throw Missing(
            description: isOwnServer
                ? missingOwnKey(folder)
                : "no access key: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name a profile of \(sharedPath) with --profile"
        )
    }

    private static func missingOwnKey(_ folder: ServerFolder) -> String {
        folder.problem.map { "no access key: \($0)" }
            ?? "no access key: \(folder.credentialsPath) cannot be read: it belongs to the user who runs the server, so use sudo"
    }
}
