import Domain
import Synchronization

/// How many pages may be kept up to date at once: each costs a connection, and a look at the rows a few times a second.
final class StreamPlaces: Sendable {
    static let inAll = 512
    static let perAccount = 64
    static let perPerson = 16

    private let taken = Mutex<[ConsoleSession.Person: Int]>([:])

    /// A place, which is free again when nobody holds it any more.
    final class Place: Sendable {
        private let person: ConsoleSession.Person
        private let places: StreamPlaces

        fileprivate init(of person: ConsoleSession.Person, in places: StreamPlaces) {
            (self.person, self.places) = (person, places)
        }

        deinit { places.leave(person) }
    }

    /// - Returns: nil when all are taken.
    func take(for session: ConsoleSession) -> Place? {
        let person = session.person
        let isFree = taken.withLock { taken in
            let ofAccount = taken.reduce(0) { $0 + ($1.key.account == person.account ? $1.value : 0) }
            guard taken.values.reduce(0, +) < Self.inAll, ofAccount < Self.perAccount, taken[person, default: 0] < Self.perPerson else {
                return false
            }
            taken[person, default: 0] += 1
            return true
        }
        return isFree ? Place(of: person, in: self) : nil
    }

    private func leave(_ person: ConsoleSession.Person) {
        taken.withLock { taken in
            let left = taken[person, default: 1] - 1
            taken[person] = left == 0 ? nil : left
        }
    }
}
