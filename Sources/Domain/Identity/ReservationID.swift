/// The id of a reservation: of what one RunInstances has launched.
package struct ReservationID: ResourceID {
    package static let prefix = "r"
    package let rawValue: String
    package init(wellFormed text: String) { rawValue = text }
}
