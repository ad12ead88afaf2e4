import Blocks
import Testing

/// Runs `body` and expects a store error with one of the codes.
func expectStoreError(
    _ codes: StoreError.Code...,
    what: String = "",
    sourceLocation: SourceLocation = #_sourceLocation,
    _ body: () async throws -> Void
) async {
    do {
        try await body()
        Issue.record("no error, expected \(codes) \(what)", sourceLocation: sourceLocation)
    } catch let error as StoreError {
        #expect(codes.contains(error.code), "\(error) \(what)", sourceLocation: sourceLocation)
    } catch {
        Issue.record("\(error), expected \(codes) \(what)", sourceLocation: sourceLocation)
    }
}
