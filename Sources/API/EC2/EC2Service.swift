import Domain
import Services
import Wire

/// EC2: the query dialect in, XML out.
enum EC2Service: WholeBodyService {
    static let name = "ec2"
    static let bodyBytesMax = 1 << 20
    static let actions = Dictionary(
        uniqueKeysWithValues: (images + snapshots + sharing + tags + regions + encryption + tasks + recycleBin + instances + network
            + volumes).map {
                ($0.name, $0)
            }
    )

    /// The newest version of the API; requests of older ones are read the same way.
    private static let newestVersion = "2016-11-15"

    static func action(of request: IncomingRequest, _ body: WholeBody, on _: CallPath) throws -> AskedAction<QueryReader> {
        let query = try QueryReader(request: request, body: body.bytes)
        let name: String = try query["Action"]
        let version: String = try query["Version"] ?? newestVersion
        guard version == newestVersion || isOlder(version) else {
            throw Fault(.noSuchVersion, "The requested version '\(version)' does not exist: the newest is \(newestVersion)")
        }
        guard let action = actions[name] else {
            if let refusal = AbsentNetwork.refusal(of: name) { throw refusal }
            // The code is that of a name that EC2 does not know, which scripts look for: what EC2 knows gets a sentence more.
            let more = AbsentActions.names.contains(name) ? " It is an action of EC2 that this version of Ferry does not have." : ""
            throw Fault(.invalidAction, "The action \(name.prefix(128)) is not valid for this web service.\(more)")
        }
        query.markEdgeParametersRead()
        let isUnbounded = name.hasPrefix("Describe") && query.hasNone(besides: commonNames)
        return AskedAction(
            type: action,
            input: query,
            resource: ResourceInLog.name(in: query),
            isUnbounded: isUnbounded,
            resources: name.hasSuffix("Instances") ? instances(of: query) : 1
        )
    }

    /// A pattern is read anew each time that it is asked for, which would be a tenth of a short call: almost everybody sends the newest.
    private static func isOlder(_ version: String) -> Bool {
        version < newestVersion && version.wholeMatch(of: /20[0-9]{2}-[0-9]{2}-[0-9]{2}/) != nil
    }

    /// How many instances a call is to make, or names. What cannot be read is refused later.
    private static func instances(of query: QueryReader) -> Int {
        if let count = query.unreadText("MaxCount").flatMap(Int.init) { return max(1, count) }
        return max(1, query.unreadNames().count { $0.hasPrefix("InstanceId.") })
    }

    /// The parameters of a listing that do not bound it.
    private static let commonNames: Set<String> = ["DryRun", "NextToken"]
}
