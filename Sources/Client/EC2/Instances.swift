import Foundation
import Wire

/// What one instance is launched with.
package struct InstanceLaunch: Sendable {
    package var imageID: String
    package var type: String
    package var keyName: String?
    package var userData: [UInt8]?
    package var tags: [ResourceTag]
    /// Makes the call one that can be repeated.
    package var clientToken: String

    package init(imageID: String, type: String, keyName: String?, userData: [UInt8]?, tags: [ResourceTag], clientToken: String) {
        self.imageID = imageID
        self.type = type
        self.keyName = keyName
        self.userData = userData
        self.tags = tags
        self.clientToken = clientToken
    }

    var parameters: [(String, String)] {
        var parameters = [
            ("ImageId", imageID), ("InstanceType", type), ("MinCount", "1"), ("MaxCount", "1"), ("ClientToken", clientToken),
        ]
        if let keyName { parameters.append(("KeyName", keyName)) }
        if let userData { parameters.append(("UserData", Data(userData).base64EncodedString())) }
        return parameters + EC2Parameters.tags(tags, for: ["instance"])
    }
}

/// How the state of an instance has changed by a call.
package struct InstanceChange: Hashable, Sendable, Codable {
    package var instanceId: String
    package var previousState: String
    package var currentState: String
}

extension AWSClient {
    package func launch(_ launch: InstanceLaunch, region: String) async throws -> RemoteInstance {
        let answer = try await ec2("RunInstances", launch.parameters, region: region)
        guard let item = answer["instancesSet"]?.children("item").first else {
            throw UnexpectedAnswer(action: "RunInstances", problem: "it has no instance")
        }
        return RemoteInstance(item)
    }

    /// The caller's instances of a Region, page after page until all are there.
    package func instances(region: String) async throws -> [RemoteInstance] {
        var instances: [RemoteInstance] = []
        var token: String?
        repeat {
            let page = [("MaxResults", "1000")] + (token.map { [("NextToken", $0)] } ?? [])
            let answer = try await ec2("DescribeInstances", page, region: region)
            instances += Self.instances(in: answer)
            token = answer["nextToken"].map(\.text).flatMap { $0.isEmpty ? nil : $0 }
        } while token != nil
        return instances
    }

    /// - Throws: ``AWSError`` `InvalidInstanceID.NotFound`.
    package func instance(_ id: String, region: String) async throws -> RemoteInstance {
        let answer = try await ec2("DescribeInstances", [("InstanceId.1", id)], region: region)
        guard let instance = Self.instances(in: answer).first else {
            throw UnexpectedAnswer(action: "DescribeInstances", problem: "it has no instance")
        }
        return instance
    }

    private static func instances(in answer: XMLNode) -> [RemoteInstance] {
        (answer["reservationSet"]?.children("item") ?? []).flatMap { ($0["instancesSet"]?.children("item") ?? []).map(RemoteInstance.init) }
    }

    /// Starts, stops or terminates instances.
    ///
    /// - Parameter action: `StartInstances`, `StopInstances` or `TerminateInstances`: each may be repeated.
    package func changeInstances(_ action: String, _ ids: [String], force: Bool = false, region: String) async throws -> [InstanceChange] {
        let parameters = EC2Parameters.list("InstanceId", ids) + (force ? [("Force", "true")] : [])
        let answer = try await ec2(action, parameters, region: region)
        return (answer["instancesSet"]?.children("item") ?? []).map { item in
            InstanceChange(
                instanceId: item["instanceId"]?.text ?? "",
                previousState: item["previousState"]?["name"]?.text ?? "",
                currentState: item["currentState"]?["name"]?.text ?? ""
            )
        }
    }

    /// The end of what the instance has written to its serial console.
    package func consoleOutput(of id: String, region: String) async throws -> [UInt8] {
        let answer = try await ec2("GetConsoleOutput", [("InstanceId", id), ("Latest", "true")], region: region)
        let text = answer["output"]?.text.filter { !$0.isWhitespace } ?? ""
        guard let bytes = Data(base64Encoded: text) else {
            throw UnexpectedAnswer(action: "GetConsoleOutput", problem: "its output is not base64")
        }
        return Array(bytes)
    }
}
