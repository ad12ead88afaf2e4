import Foundation
import NIOCore
import Wire

/// Requests of EBS direct and of the Recycle Bin.
extension RESTRequest: ConditionSource {
    func facts(of action: String) -> ConditionFacts {
        guard Self.actions.contains(action), let json = try? JSONReader(parsing: Array(body.readableBytesView)) else { return [:] }
        var facts = json.facts(of: action)
        if action == StartSnapshot.name {
            facts.set("ebs:description", json.rawText("Description"))
            facts.set("ebs:parentsnapshot", json.rawText("ParentSnapshotId"))
            facts.set("ebs:volumesize", json.value("VolumeSize").unreadNumber)
        } else {
            facts.set("rbin:request/resourcetype", json.rawText("ResourceType"))
        }
        return facts
    }

    /// Those whose body says something that policies ask about; the body of others may be a block.
    private static let actions: Set<String> = [StartSnapshot.name, "CreateRule", "UpdateRule", "ListRules", "TagResource"]
}
