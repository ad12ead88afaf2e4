import NIOCore
import NIOHTTP1
import Wire

extension AWSClient {
    /// Calls an EC2 action and returns its answer's root element, `<DescribeImagesResponse>`.
    ///
    /// - Parameters:
    ///   - action: the operation's name, `DescribeImages`.
    ///   - parameters: names as on the wire, `Filter.1.Value.1`; `Action` and `Version` are added.
    ///   - repetition: whether the call may be sent again after it may have been taken.
    package func ec2(
        _ action: String,
        _ parameters: [(String, String)],
        region: String,
        repetition: Call.Repetition = .anytime
    ) async throws -> XMLNode {
        try await query(.ec2, action, version: "2016-11-15", parameters, region: region, repetition: repetition).root
    }

    /// The form that EC2 and STS share: `POST /`, a form in, XML out; also tells which attempt was answered.
    func query(
        _ service: AWSService,
        _ action: String,
        version: String,
        _ parameters: [(String, String)],
        region: String,
        repetition: Call.Repetition
    ) async throws -> (root: XMLNode, attempt: Int) {
        var call = Call(service: service, action: action, region: region, method: .POST, path: "/")
        call.headers = [(name: "content-type", value: "application/x-www-form-urlencoded; charset=utf-8")]
        call.body = ByteBuffer(string: FormEncoding.encode([("Action", action), ("Version", version)] + parameters))
        call.repetition = repetition
        call.answerLimit = 64 << 20
        let answer = try await send(call)
        do {
            return (try XMLNode(parsing: Array(answer.body.readableBytesView)), answer.attempt)
        } catch {
            throw UnexpectedAnswer(action: action, problem: "it is not XML (\(error))")
        }
    }
}

/// The wire names of what several EC2 actions take.
enum EC2Parameters {
    /// `TagSpecification.N.ResourceType`, `.Tag.M.Key`, `.Tag.M.Value`; nothing when there are no tags.
    static func tags(_ tags: [ResourceTag], for resourceTypes: [String]) -> [(String, String)] {
        guard !tags.isEmpty else { return [] }
        return resourceTypes.enumerated().flatMap { index, type in
            let prefix = "TagSpecification.\(index + 1)"
            return [("\(prefix).ResourceType", type)]
                + tags.enumerated().flatMap { number, tag in
                    [("\(prefix).Tag.\(number + 1).Key", tag.key), ("\(prefix).Tag.\(number + 1).Value", tag.value)]
                }
        }
    }

    static func list(_ name: String, _ values: [String]) -> [(String, String)] {
        values.enumerated().map { ("\(name).\($0.offset + 1)", $0.element) }
    }
}
