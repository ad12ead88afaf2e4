/// An action of the registry, as its type tells of it.
package struct RegisteredAction: Hashable, Sendable {
    /// As signatures name it.
    package let service: String
    package let name: String
    /// The names of all permissions that it can need.
    package let permissions: [String]
    /// Whether everybody may perform it.
    package let needsNoPermission: Bool
    /// Whether everybody may perform it whom no policy denies it.
    package let isUnlessDenied: Bool
    /// Whether a token in the request takes the place of a signature.
    package let isUnsigned: Bool

    /// Whether it brings or copies data, of which the log does not tell.
    package let movesData: Bool
    /// Whether the log tells of it when it was obeyed.
    package let isRecorded: Bool

    /// Every action of every service, in order.
    package static let all = ServiceRegistry.services.flatMap { $0.registered }.sorted { ($0.service, $0.name) < ($1.service, $1.name) }
}

extension APIService {
    fileprivate static var registered: [RegisteredAction] {
        actions.values.map { action in
            RegisteredAction(
                service: name,
                name: action.name,
                permissions: action.permissionNames,
                needsNoPermission: action.isEverybodys,
                isUnlessDenied: action.isUnlessDenied,
                isUnsigned: isUnsigned(action.name),
                movesData: action.movesData,
                isRecorded: !action.movesData && Change(action.name, of: name) != nil
            )
        }
    }
}

extension Action {
    fileprivate static var permissionNames: [String] { permissions.map(\.name) }
    fileprivate static var isEverybodys: Bool { permissions.allSatisfy(\.isEverybodys) }
    fileprivate static var isUnlessDenied: Bool { permissions.allSatisfy(\.isUnlessDenied) }
}
