import HTTPTypes

/// Requests for each action of the registry: whole enough to be read, and every permission that the action declares is needed by one of them.
/// What stands in braces is filled in by `ActionWorld`.
enum ActionSamples {
    /// - Returns: nil for an action that this list has not heard of.
    static func request(_ service: String, _ action: String) -> SampleRequest? { requests(service, action).first }

    static func requests(_ service: String, _ action: String) -> [SampleRequest] {
        switch service {
        case "ec2", "iam", "sts":
            let members = members(of: action, in: service).map { ($0.name, $0.value ?? formValues[$0.name] ?? "") }
            return [.form(service, action, Dictionary(members) { first, _ in first })]
                + bundles.compactMap { name, members in
                    name == action ? SampleRequest.form(service, action, members) : nil
                }
        case "kms": return [.json(service, "TrentService.\(action)", object(service, action))]
        case "organizations": return [.json(service, "AWSOrganizationsV20161128.\(action)", object(service, action))]
        case "servicequotas": return [.json(service, "ServiceQuotasV20190624.\(action)", object(service, action))]
        case "ferry": return [.json(service, "Ferry.\(action)", object(service, action))]
        case "rbin", "ebs": return [rest[service]?[action]].compactMap { $0?.request(service) }
        case "s3": return s3Requests(action)
        default: return []
        }
    }

    /// What moves bundles asks S3 as well.
    private static let bundles = [
        "CopyImage": ["Name": "bundled", "SourceImageId": "{bundled}", "SourceRegion": "us-east-1"],
        "RegisterImage": ["Name": "bundled", "ImageLocation": "a-bucket/web/image.manifest.xml"],
    ]

    private static func s3Requests(_ action: String) -> [SampleRequest] {
        guard let (method, target) = s3[action] else { return [] }
        let headers = s3Headers[action] ?? []
        var request = SampleRequest.rest("s3", method, target, headers)
        request.body = Array((s3Bodies[action] ?? "").utf8)
        if copies.contains(action) {
            let (sources, tagged) = (
                ["/a-bucket/a", "/a-bucket/a?versionId=null"], ["/a-bucket/tagged", "/a-bucket/tagged?versionId=null"]
            )
            return sources.map { .rest("s3", method, target, headers + [("x-amz-copy-source", $0)]) }
                + tagged.map { .rest("s3", method, target, [("x-amz-copy-source", $0)]) }
        }
        guard versioned.contains(action) else { return [request] }
        var ofVersion = request
        ofVersion.target += (target.contains("?") ? "&" : "?") + "versionId=null"
        return [request, ofVersion]
    }

    private static func object(_ service: String, _ action: String) -> String {
        let members = members(of: action, in: service).map { "\"\($0.name)\":\($0.value ?? jsonValues[$0.name] ?? "\"\"")" }
        return "{\(members.joined(separator: ","))}"
    }

    /// The members of an action's request; a value stands behind them where it is not the one that the name always has.
    private static func members(of action: String, in service: String) -> [(name: String, value: String?)] {
        let groups = self.members[service] ?? [:]
        let names = groups.first { $0.value.split(separator: " ").contains(Substring(action)) }?.key ?? ""
        return names.split(separator: " ").map { member in
            let parts = member.split(separator: "=", maxSplits: 1).map(String.init)
            return (parts[0], parts.count > 1 ? parts[1] : nil)
        }
    }

    /// A request of a service that has its actions behind paths.
    struct Place {
        let method: HTTPRequest.Method
        let target: String
        var headers: [(name: String, value: String)] = []
        var body = ""

        func request(_ service: String) -> SampleRequest {
            var request = SampleRequest.rest(service, method, target, headers)
            request.body = Array(body.utf8)
            return request
        }
    }

    private static let rule = "arn%3Aaws%3Arbin%3Aus-east-1%3A{account}%3Arule%2Fabcdefghijk"
    private static let tags = #"{"Tags":[{"Key":"team","Value":"a"}]}"#

    private static let rest: [String: [String: Place]] = [
        "ebs": [
            "CompleteSnapshot": Place(method: .post, target: "/snapshots/completion/snap-1", headers: [("x-amz-ChangedBlocksCount", "0")]),
            "GetSnapshotBlock": Place(method: .get, target: "/snapshots/snap-1/blocks/0?blockToken=token"),
            "ListChangedBlocks": Place(method: .get, target: "/snapshots/snap-1/changedblocks"),
            "ListSnapshotBlocks": Place(method: .get, target: "/snapshots/snap-1/blocks"),
            "PutSnapshotBlock": Place(
                method: .put,
                target: "/snapshots/snap-1/blocks/0",
                headers: [
                    ("x-amz-Data-Length", "524288"), ("x-amz-Checksum-Algorithm", "SHA256"),
                    ("x-amz-Checksum", "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="),
                ],
                body: String(repeating: "a", count: 524_288)
            ),
            "StartSnapshot": Place(method: .post, target: "/snapshots", body: #"{"VolumeSize":1,"Tags":[{"Key":"team","Value":"a"}]}"#),
        ],
        "rbin": [
            "CreateRule": Place(
                method: .post,
                target: "/rules",
                body: #"{"ResourceType":"EBS_SNAPSHOT","RetentionPeriod":{"RetentionPeriodValue":1,"RetentionPeriodUnit":"DAYS"},"#
                    + tags.dropFirst()
            ),
            "DeleteRule": Place(method: .delete, target: "/rules/abcdefghijk"),
            "GetRule": Place(method: .get, target: "/rules/abcdefghijk"),
            "ListRules": Place(method: .post, target: "/list-rules", body: #"{"ResourceType":"EBS_SNAPSHOT"}"#),
            "ListTagsForResource": Place(method: .get, target: "/tags/\(rule)"),
            "LockRule": Place(
                method: .patch,
                target: "/rules/abcdefghijk/lock",
                body: #"{"LockConfiguration":{"UnlockDelay":{"UnlockDelayValue":7,"UnlockDelayUnit":"DAYS"}}}"#
            ),
            "TagResource": Place(method: .post, target: "/tags/\(rule)", body: tags),
            "UnlockRule": Place(method: .patch, target: "/rules/abcdefghijk/unlock", body: "{}"),
            "UntagResource": Place(method: .delete, target: "/tags/\(rule)?tagKeys=a&tagKeys=b"),
            "UpdateRule": Place(method: .patch, target: "/rules/abcdefghijk", body: "{}"),
        ],
    ]
}
