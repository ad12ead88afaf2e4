import Domain
import Testing

/// Runs `body` and expects a fault with a code, and the finer reason when there is one.
@discardableResult
func expectFault(
    _ code: FaultCode,
    reason: String? = nil,
    sourceLocation: SourceLocation = #_sourceLocation,
    _ body: () async throws -> Void
) async -> Fault? {
    do {
        try await body()
        Issue.record("no error, expected \(code.rawValue)", sourceLocation: sourceLocation)
    } catch let fault as Fault {
        #expect(fault.code == code, "\(fault)", sourceLocation: sourceLocation)
        #expect(reason == nil || fault.reason == reason, "\(fault) \(fault.reason ?? "")", sourceLocation: sourceLocation)
        return fault
    } catch {
        Issue.record("\(error), expected \(code.rawValue)", sourceLocation: sourceLocation)
    }
    return nil
}

/// Runs the same call `count` times at once and collects how each ended.
func together<Value: Sendable>(
    _ count: Int,
    _ call: @escaping @Sendable (Int) async throws -> Value
) async -> [Result<Value, any Error>] {
    await withTaskGroup(of: Result<Value, any Error>.self) { group in
        for number in 0..<count {
            group.addTask {
                do {
                    return .success(try await call(number))
                } catch {
                    return .failure(error)
                }
            }
        }
        return await group.reduce(into: []) { $0.append($1) }
    }
}
