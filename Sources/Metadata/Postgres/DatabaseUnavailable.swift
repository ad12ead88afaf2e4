/// The database cannot be reached, or others were in the way for too long. Nothing is wrong with what was asked: it can be asked again.
package struct DatabaseUnavailable: Error, CustomStringConvertible {
    package let place: String
    package let cause: any Error
    /// Whether nothing was changed. It is not known when the connection was lost while a change was committed and cannot be made again.
    package let isUnchanged: Bool

    package init(place: String, cause: any Error, isUnchanged: Bool = true) {
        self.place = place
        self.cause = cause
        self.isUnchanged = isUnchanged
    }

    package var description: String {
        "\(place) cannot be used now: \(cause). "
            + (isUnchanged ? "Nothing was changed: try again" : "Whether the change was made is not known: look before you try again")
    }

    /// Nil for errors that do not pass.
    static func named(_ error: any Error, place: String) -> DatabaseUnavailable? {
        switch error {
        case is PostgresConnectionLost, is DatabaseServed: DatabaseUnavailable(place: place, cause: error)
        case let error as PostgresError where error.isPassing || error.isConflict: DatabaseUnavailable(place: place, cause: error)
        default: nil
        }
    }
}
