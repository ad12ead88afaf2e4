import Domain
import Metadata

/// A unit, and where it stands: `o-…/r-…/ou-…/`.
package struct PlacedUnit: Sendable {
    package let unit: OrganizationalUnit
    package let path: String
}

/// What is directly under a place of the tree.
package enum ChildKind: String, Sendable, CaseIterable {
    case account = "ACCOUNT"
    case unit = "ORGANIZATIONAL_UNIT"
}

extension Organizations {
    package func createUnit(_ name: String, under parent: String, tags: [Tag]) async throws -> PlacedUnit {
        try OrganizationTags.check(tags)
        let now = call.now
        return try await write { rows in
            try rows.requireParent(parent, else: .noSuchParent)
            try Self.requireFree(name, under: parent, rows)
            guard try rows.units.count() < OrganizationLimits.units else {
                throw Fault.constraint(
                    "OU_NUMBER_LIMIT_EXCEEDED",
                    "You have exceeded the number of organizational units that you can have: \(OrganizationLimits.units)."
                )
            }
            let above = parent == rows.organization.root ? 0 : try rows.tree.path(to: parent)?.count ?? 0
            guard above < OrganizationLimits.depth else {
                throw Fault.constraint(
                    "OU_DEPTH_LIMIT_EXCEEDED",
                    "You have exceeded the depth of organizational units under the root: \(OrganizationLimits.depth)."
                )
            }
            let unit = OrganizationalUnit(id: rows.organization.newUnitID(), parent: parent, name: name)
            try rows.units.insert(unit, at: now)
            try rows.tags.set(tags, of: unit.id)
            if rows.organization.hasPolicies { try rows.policies.attach(OrganizationPolicy.fullAccess.id, to: unit.id) }
            return try Self.placed(unit, rows)
        }
    }

    package func unit(_ id: String) async throws -> PlacedUnit { try await read { try Self.placed($0.requireUnit(id), $0) } }

    package func units(under parent: String, _ page: PageRequest) async throws -> Page<PlacedUnit> {
        try await self.page(of: "units:\(parent)", page, place: \.unit.id) { rows, after, limit in
            try rows.requireParent(parent, else: .noSuchParent)
            return try rows.units.units(under: parent, after: after, limit: limit).map { try Self.placed($0, rows) }
        }
    }

    /// - Parameter name: nil leaves it as it is.
    package func update(unit id: String, name: String?) async throws -> PlacedUnit {
        try await write { rows in
            var unit = try rows.requireUnit(id)
            if let name, name != unit.name {
                try Self.requireFree(name, under: unit.parent, rows)
                try rows.units.setName(name, of: id)
                unit.name = name
            }
            return try Self.placed(unit, rows)
        }
    }

    package func delete(unit id: String) async throws {
        try await write { rows in
            _ = try rows.requireUnit(id)
            guard try rows.units.units(under: id, after: nil, limit: 1).isEmpty,
                try rows.accounts.accounts(under: id, after: nil, limit: 1).isEmpty
            else {
                throw Fault(
                    .organizationalUnitNotEmpty,
                    "The organizational unit is not empty. Move its accounts and delete the units under it first."
                )
            }
            try rows.policies.detachAll(from: id)
            try rows.tags.removeAll(of: id)
            try rows.units.delete(id)
        }
    }

    /// The root or the unit that an account or a unit is directly under.
    package func parent(of child: String) async throws -> String {
        try await read { rows in
            guard let parent = try rows.units.unit(child)?.parent ?? rows.account(child)?.parent else {
                throw Fault(.childNotFound, "You specified a child that doesn't exist.")
            }
            return parent
        }
    }

    package func children(_ kind: ChildKind, of parent: String, _ page: PageRequest) async throws -> Page<String> {
        try await self.page(of: "children:\(kind.rawValue):\(parent)", page, place: { $0 }) { rows, after, limit in
            try rows.requireParent(parent, else: .noSuchParent)
            return switch kind {
            case .account: try rows.accounts.accounts(under: parent, after: after, limit: limit).map(\.id.rawValue)
            case .unit: try rows.units.units(under: parent, after: after, limit: limit).map(\.id)
            }
        }
    }

    private static func placed(_ unit: OrganizationalUnit, _ rows: OrganizationRows) throws -> PlacedUnit {
        PlacedUnit(unit: unit, path: try rows.path(to: unit.id, under: unit.parent))
    }

    private static func requireFree(_ name: String, under parent: String, _ rows: OrganizationRows) throws {
        guard try rows.units.unit(named: name, under: parent) == nil else {
            throw Fault(.duplicateOrganizationalUnit, "An organizational unit with the same name already exists under the parent.")
        }
    }
}
