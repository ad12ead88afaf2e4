import Wire

/// STS, the same in every Region.
enum STSService: QueryService {
    static let name = "sts"
    static let namespace = QueryEnvelope.stsNamespace
    static let version = "2011-06-15"
    static let internalErrorCode = "InternalFailure"
    static let actions: [String: any Action<QueryReader>.Type] = [GetCallerIdentity.name: GetCallerIdentity.self]
}
