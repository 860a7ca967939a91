"""Where the documents are silent, and what the naive ledger does there.

The naive ledger is written from the specification. These are the places in which that did not
settle an outcome, and several readings are fair: the model follows the product, and mostly names
the number where it does. Whoever writes one of them into the documents strikes it out here.

 1. The order of a kind's own laws in the findings ("the order of its code") is not compared.
 2. A law stands in the findings once for each thing that breaks it (account, asset, book, entry).
 3. Where an asset of an event is unknown or retired, or an amount has too many digits, no units of
    it are counted; the same where the account of a fee is unknown.
 4. A known officer under another commitment is not also asked whether the commitment is another's.
 5. An office is held already where one appointment covers the whole of the new one.
 6. Relieving ends every appointment to the office, also one that has ended or not begun.
 7. A key may be reported compromised again if the report reaches further back.
 8. A revoked key does not count among the keys that an officer may have.
 9. A value date is shut on or before the last day of the last closed period, not only within one;
    to a close, only closed periods are shut.
10. How far back a value date lies is asked when the event is recorded, not when it completes.
11. A suspension outlasts the mandate: a mandate that takes over meanwhile is suspended too.
12. A suspended mandate's rules are asked all the same, and their findings are listed.
13. Of an act that a rule denies, missing approvals are not listed; of a fact they are.
14. Findings that deny or flag come first, then missing approvals, then those of the exception.
15. An officer is asked for if a requirement names the office, whether or not it is met by now;
    where nothing is asked any more, whoever approves makes the proposal be decided again.
16. The author of an approval must be asked; a cosigner who is not does not count, and that is all.
    `approved_already` and `office_not_asked` are asked only where no other law refuses.
17. A proposal decides again when all that is asked of it is given, whatever the laws say then.
18. A rule for a reason, or for a band of amounts, that may or may not apply (the reason or amount
    is not known) is asked, and gives no authority.
19. An open list asks its owner about what it does not name, or, without an owner, any one officer.
20. Of an approval rule without offices any officer counts; with a wrong initiator and the effect
    `needs_approval` it asks twice: its own quorum, and one of the initiators.
21. Cumulative measures: what is proposed counts on the proposal's value date until it is done, what
    is done on its own; fees, openings and receipts do not count; exchanges count as outflow of what
    is given and as units of what is received. A proposal that is decided again is measured by what
    was done of it already and what is left, not by what it asked.
22. Of a cap in money, another currency or no amount at all is unknown; of a cap in units, another
    asset is no matter.
23. Tasks are those of the proposal's author, of all others who ever signed for it, and of the
    authors of its facts; cosigners of facts have none. Of the task that is done now only who does
    it now is asked.
24. Units are reserved for what a proposal asks, not for fees of its settlements, even the last.
25. Units that came back do not leave again under the same transfer.
26. Arrivals are not valued before the latest release.
27. Where the mandate's tolerance does not speak of transfers, arrivals and failures have none.
28. A proposal that ends by time or by denial while units are under way keeps nothing reserved and
    stays open only for what is under way.
29. What a fact is about being over, nothing is asked of that fact any more.
30. What is an exception becomes a flag when all that is asked is there, not only its own quorum.
31. An account expects units while an open proposal names it, of any kind but the registry's.
32. Two accounting policies are compared as they are written, with their defaults: one
    that says what the formula implies anyhow differs from one that says nothing.
33. Of a policy that names an asset twice each entry is compared with the earlier policy.
"""
