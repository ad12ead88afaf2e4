import Synchronization

/// What conditions of policies have answered about the values that several requests share.
final class ConditionAnswers: Sendable {
    private struct Place: Hashable {
        let statement: ObjectIdentifier
        let condition: Int
    }

    private struct Answer {
        /// Kept, so that no other one comes to be where it was.
        let statement: CompiledStatement
        let holds: Bool
    }

    private let known = Mutex<[Place: Answer]>([:])

    /// - Parameter condition: counted from 0 in its statement.
    func answer(of statement: CompiledStatement, _ condition: Int, _ find: () -> Bool) -> Bool {
        let place = Place(statement: ObjectIdentifier(statement), condition: condition)
        if let answer = known.withLock({ $0[place] }) { return answer.holds }
        let holds = find()
        known.withLock { $0[place] = Answer(statement: statement, holds: holds) }
        return holds
    }
}
