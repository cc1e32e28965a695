--------------------------- MODULE CreateProtocol ---------------------------
(*
 * The create protocol of Jobwright: src/model/create-protocol.ts, src/plan/unknown.ts and src/apply/. One address, one state, several
 * processes that reconcile it, one AWS service, and a foreign actor. Every interleaving of their steps is explored, with every choice of at
 * most MaxFaults faults.
 *
 * Time is counted in ticks. A lease, the life of a signature and the lag of a list last one tick each.
 *
 * tla-checker 0.9.0 binds => more tightly than /\ and \/. Parentheses make both readings the same.
 *)
EXTENDS Naturals, FiniteSets, Sequences, TLC

CONSTANTS
  Kind,       \* How a lost create is found: "id" (IoT, MediaPackage), "marker" (Pinpoint, Import/Export) or "inert" (Data Exchange).
  Marked,     \* Kind "id": TRUE if AWS stores our mark in the job (IoT), FALSE if it does not (MediaPackage).
  Procs,      \* The processes.
  MaxRun,     \* The highest policy.run that the spec reaches.
  MaxFaults,  \* How many faults may occur.
  Removed,    \* The rule that is removed, or "none".
  Beyond      \* The assumption that is dropped, or "none".

VARIABLES
  store,      \* The durable record of the address.
  past,       \* Earlier records, to which the state may be rolled back once.
  want,       \* policy.run of the spec.
  intents,    \* How many intents were made. It orders events in time, and never goes back.
  age,        \* Ticks since each intent, up to Deadline.
  jobs,       \* What AWS holds, in order of creation.
  net,        \* Create requests on their way.
  proc,       \* What each process does.
  faults      \* How many faults may still occur.

vars == <<store, past, want, intents, age, jobs, net, proc, faults>>

Lease == 1
Signature == 1
Lag == 1
(* From here on no request of an attempt can arrive, and lists show its job. *)
Deadline == Lease + Signature + Lag

(* The state begins with event 1. Jobs that are older were created at 0. *)
Birth == 1
MaxSeq == Birth + MaxRun + MaxFaults + Cardinality(Procs)

Rule(name) == Removed # name

NoRecord == [st |-> "none", run |-> 0, seq |-> 0, first |-> 0, id |-> 0, old |-> 0, refused |-> FALSE]
Idle == [pc |-> "idle", base |-> NoRecord, next |-> NoRecord, sig |-> 0, job |-> 0, nap |-> FALSE]

-----------------------------------------------------------------------------
(* The planner: a function of the record and of the jobs that a read shows. *)

Wait == [do |-> "wait", rec |-> NoRecord]
Ask == [do |-> "ask", rec |-> NoRecord]
Done == [do |-> "done", rec |-> NoRecord]

(* Whether a job is older than the first intent of the record's run. *)
IsBefore(r, j) == Rule("older") /\ jobs[j].after < r.first

IsClaimed(r, j) == j = r.old \/ j = r.id

(* Whether an unrecorded job may be the one that the spec asks for. *)
MayBeWanted(j) == \/ jobs[j].mark = "none"
                  \/ jobs[j].mark = "own" /\ jobs[j].run = want

IsRetry(r) == r.st = "intent" /\ r.run = want

Create(r) ==
  [do |-> "create",
   rec |-> [st |-> "intent", run |-> want, seq |-> 0, first |-> IF IsRetry(r) THEN r.first ELSE 0, id |-> 0,
            old |-> IF r.id # 0 THEN r.id ELSE r.old, refused |-> FALSE]]

PlanNew(r, V) ==
  IF Kind = "id"
  THEN IF \E j \in V : jobs[j].run = want THEN Ask ELSE Create(r)
  ELSE IF /\ Rule("look")
          /\ ~IsRetry(r)
          /\ \E j \in V : /\ ~IsClaimed(r, j)
                          /\ jobs[j].after >= Birth
                          /\ jobs[j].st = "started"
                          /\ MayBeWanted(j)
       THEN Ask ELSE Create(r)

Adopt(r, j) ==
  [do |-> "write", rec |-> [r EXCEPT !.st = IF jobs[j].st = "waiting" THEN "created" ELSE "started", !.id = j]]

(* One of several jobs that fit. The choice is the worst one. *)
AnyOf(S) == IF \E j \in S : jobs[j].by = "them" THEN CHOOSE j \in S : jobs[j].by = "them" ELSE CHOOSE j \in S : TRUE

FitsId(r, j) ==
  /\ ~IsBefore(r, j)
  /\ \/ jobs[j].mark = "own"
     \/ jobs[j].mark = "none" /\ ~Marked /\ ~r.refused
     \/ ~Rule("mark")

UnknownById(r, V) ==
  LET same == {j \in V : jobs[j].run = r.run}
  IN IF same = {}
     THEN IF age[r.seq] < (IF want > r.run THEN Deadline ELSE Lease) THEN Wait ELSE PlanNew(r, V)
     ELSE LET j == AnyOf(same)
          IN IF FitsId(r, j) THEN Adopt(r, j) ELSE IF want > r.run THEN PlanNew(r, V) ELSE Ask

UnknownByMarker(r, V) ==
  LET fit == {j \in V : j # r.old /\ ~IsBefore(r, j)}
      ours == {j \in fit : jobs[j].mark = "own" /\ jobs[j].run = r.run}
      unclear == IF ours # {} THEN ours ELSE {j \in fit : jobs[j].mark = "none"}
  IN IF Cardinality(ours) = 1 \/ (ours # {} /\ ~Rule("several")) THEN Adopt(r, AnyOf(ours))
     ELSE IF age[r.seq] < (IF Rule("late") THEN Deadline ELSE Lease) THEN Wait
     ELSE IF unclear = {} \/ want > r.run THEN PlanNew(r, V)
     ELSE Ask

UnknownByMatch(r, V) ==
  LET fit == {j \in V : j # r.old /\ ~IsBefore(r, j)}
  IN IF fit = {} THEN IF age[r.seq] < Lease + Lag THEN Wait ELSE PlanNew(r, V)
     ELSE IF Cardinality(fit) > 1 /\ Rule("several") THEN Ask
     ELSE Adopt(r, AnyOf(fit))

(* A job with our mark that ran beside the recorded one: a proxy sent the create twice. *)
HasDuplicate(r, V) ==
  /\ Kind = "marker"
  /\ Rule("audit")
  /\ \E j \in V : ~IsClaimed(r, j) /\ jobs[j].mark = "own" /\ jobs[j].run = r.run

(* Kind "id" stands for all whose running job is updated once: the job is read and compared first. *)
PlanRunning(r, V) ==
  LET same == {j \in V : jobs[j].run = r.run}
  IN IF HasDuplicate(r, V) THEN Ask
     ELSE IF Kind # "id" \/ r.st = "done" THEN Done
     ELSE IF same = {} THEN IF jobs[r.id].live THEN Wait ELSE Ask
     ELSE IF r.id \in same \/ ~Rule("identity") THEN [do |-> "act", rec |-> r]
     ELSE Ask

PlanCreated(r, V) ==
  IF r.id \notin V THEN Wait
  ELSE IF jobs[r.id].st = "started" THEN [do |-> "write", rec |-> [r EXCEPT !.st = "started"]]
  ELSE [do |-> "start", rec |-> r]

Plan(r, V) ==
  CASE r.st = "none" -> PlanNew(r, V)
    [] r.st = "intent" -> (CASE Kind = "id" -> UnknownById(r, V)
                             [] Kind = "marker" -> UnknownByMarker(r, V)
                             [] OTHER -> UnknownByMatch(r, V))
    [] OTHER -> (IF r.run < want THEN PlanNew(r, V)
                 ELSE IF r.st = "created" THEN PlanCreated(r, V)
                 ELSE PlanRunning(r, V))

-----------------------------------------------------------------------------
(* A process: look, commit, sign, send, record. *)

Live == {j \in DOMAIN jobs : jobs[j].live}
Shown == {j \in Live : jobs[j].shown}

(* What a read may show. *)
Reads == {Shown \cup some : some \in SUBSET (Live \ Shown)}

Goes(p, to) == proc' = [proc EXCEPT ![p] = to]
Fault == faults > 0 /\ faults' = faults - 1

Keep(r) == IF past = {} THEN past ELSE past \cup {r}

(* Loads the state and reads AWS. Lists may hide a job for Lag. *)
Look(p) ==
  /\ proc[p].pc = "idle"
  /\ \E read \in Reads : \E plan \in {Plan(store, read)} :
       /\ plan.do \in {"create", "write", "start", "act"}
       /\ Goes(p, [Idle EXCEPT !.pc = plan.do, !.base = store, !.next = plan.rec])
  /\ UNCHANGED <<store, past, want, intents, age, jobs, net, faults>>

IsCurrent(p) == store = proc[p].base \/ ~Rule("swap")

Outdated(p) ==
  /\ proc[p].pc \in {"create", "write", "act"}
  /\ ~IsCurrent(p)
  /\ Rule("intent") \/ proc[p].pc # "create"
  /\ Goes(p, Idle)
  /\ UNCHANGED <<store, past, want, intents, age, jobs, net, faults>>

(* A job belongs to the run whose record holds it. AWS stores no run in an inert job, so a later run may take up what a proxy made for an
   earlier one. The other kinds take up only jobs of the run itself. *)
TakeUp(r) == IF r.id = 0 THEN jobs ELSE [jobs EXCEPT ![r.id].run = r.run]

CommitRecord(p) ==
  /\ proc[p].pc = "write"
  /\ IsCurrent(p)
  /\ store' = proc[p].next
  /\ past' = Keep(proc[p].next)
  /\ jobs' = TakeUp(proc[p].next)
  /\ Goes(p, Idle)
  /\ UNCHANGED <<want, intents, age, net, faults>>

CommitIntent(p) ==
  /\ proc[p].pc = "create"
  /\ IsCurrent(p) \/ ~Rule("intent")
  /\ intents < MaxSeq
  /\ LET seq == intents + 1
         first == proc[p].next.first
         next == [proc[p].next EXCEPT !.seq = seq, !.first = IF first = 0 THEN seq ELSE first]
     IN /\ intents' = seq
        /\ age' = [age EXCEPT ![seq] = 0]
        /\ store' = IF Rule("intent") THEN next ELSE store
        /\ past' = IF Rule("intent") THEN Keep(next) ELSE past
        /\ Goes(p, [proc[p] EXCEPT !.pc = "intended", !.next = next, !.nap = FALSE])
  /\ UNCHANGED <<want, jobs, net, faults>>

IsLeased(p) == ~Rule("lease") \/ age[proc[p].next.seq] <= Lease

Sign(p) ==
  /\ proc[p].pc = "intended"
  /\ Rule("sign") \/ IsLeased(p)
  /\ Goes(p, [proc[p] EXCEPT !.pc = "signed", !.sig = 0, !.nap = FALSE])
  /\ UNCHANGED <<store, past, want, intents, age, jobs, net, faults>>

Send(p) ==
  /\ proc[p].pc = "signed"
  /\ ~Rule("sign") \/ IsLeased(p)
  /\ net' = net \cup {[seq |-> proc[p].next.seq, run |-> proc[p].next.run, late |-> FALSE, copy |-> FALSE,
                       age |-> IF Rule("sign") THEN proc[p].sig ELSE 0]}
  /\ Goes(p, [proc[p] EXCEPT !.pc = "sent", !.sig = 0, !.nap = FALSE])
  /\ UNCHANGED <<store, past, want, intents, age, jobs, faults>>

(* The lease is over: nothing was sent, and the record is what it was. *)
Release(p) ==
  /\ proc[p].pc = IF Rule("sign") THEN "signed" ELSE "intended"
  /\ ~IsLeased(p)
  /\ store' = IF store = proc[p].next THEN proc[p].base ELSE store
  /\ Goes(p, Idle)
  /\ UNCHANGED <<past, want, intents, age, jobs, net, faults>>

IsOpen(p) == \/ store.st = "intent" /\ store.seq = proc[p].next.seq
             \/ ~Rule("intent") /\ store = proc[p].base

Put(p, record) ==
  /\ store' = IF IsOpen(p) THEN record ELSE store
  /\ past' = IF IsOpen(p) THEN Keep(record) ELSE past
  /\ jobs' = IF IsOpen(p) THEN TakeUp(record) ELSE jobs
  /\ Goes(p, Idle)
  /\ UNCHANGED <<want, intents, age, net, faults>>

RecordAnswer(p) ==
  /\ proc[p].pc = "answered"
  /\ LET j == proc[p].job
     IN Put(p, IF j = 0 THEN [proc[p].next EXCEPT !.refused = TRUE] ELSE Adopt(proc[p].next, j).rec)

(* No answer came. Whether the create was executed is not known. *)
TimeOut(p) ==
  /\ proc[p].pc = "sent"
  /\ ~\E one \in net : one.seq = proc[p].next.seq /\ ~one.late
  /\ Put(p, proc[p].next)

(* Starting a job twice is one start. *)
Start(p) ==
  /\ proc[p].pc = "start"
  /\ jobs' = [jobs EXCEPT ![proc[p].next.id].st = "started", ![proc[p].next.id].acted = TRUE]
  /\ Goes(p, Idle)
  /\ UNCHANGED <<store, past, want, intents, age, net, faults>>

(* Reads the job under the recorded ID, compares it, and updates it. *)
Act(p) ==
  /\ proc[p].pc = "act"
  /\ IsCurrent(p)
  /\ LET r == proc[p].next
         same == {j \in Live : jobs[j].run = r.run /\ (j = r.id \/ ~Rule("identity"))}
     IN IF same = {}
        THEN UNCHANGED <<store, jobs>>
        ELSE /\ jobs' = [jobs EXCEPT ![AnyOf(same)].acted = TRUE]
             /\ store' = IF store = proc[p].base THEN [r EXCEPT !.st = "done"] ELSE store
  /\ Goes(p, Idle)
  /\ UNCHANGED <<past, want, intents, age, net, faults>>

-----------------------------------------------------------------------------
(* The network and AWS. *)

NewJob(one) ==
  [by |-> "us", run |-> one.run, seq |-> one.seq, after |-> intents, live |-> TRUE, shown |-> FALSE, acted |-> FALSE,
   mark |-> IF Kind = "marker" \/ (Kind = "id" /\ Marked) THEN "own" ELSE "none",
   st |-> IF Kind = "inert" /\ Rule("inert") THEN "waiting" ELSE "started"]

IsTaken(one) == Kind = "id" /\ \E j \in Live : jobs[j].run = one.run

Execute(one) ==
  /\ jobs' = IF IsTaken(one) THEN jobs ELSE Append(jobs, NewJob(one))
  /\ net' = net \ {one}

IsAwaited(p, one) == proc[p].pc = "sent" /\ proc[p].next.seq = one.seq

Execute_Answer(one) ==
  /\ Execute(one)
  /\ proc' = [p \in Procs |->
       IF IsAwaited(p, one)
       THEN [proc[p] EXCEPT !.pc = "answered", !.job = IF IsTaken(one) THEN 0 ELSE Len(jobs) + 1, !.nap = FALSE]
       ELSE proc[p]]
  /\ UNCHANGED <<store, past, want, intents, age, faults>>

Execute_LoseAnswer(one) ==
  /\ Fault
  /\ \E p \in Procs : IsAwaited(p, one)
  /\ Execute(one)
  /\ UNCHANGED <<store, past, want, intents, age, proc>>

LoseRequest(one) ==
  /\ Fault
  /\ net' = net \ {one}
  /\ UNCHANGED <<store, past, want, intents, age, jobs, proc>>

DelayRequest(one) ==
  /\ Fault
  /\ ~one.late
  /\ net' = (net \ {one}) \cup {[one EXCEPT !.late = TRUE]}
  /\ UNCHANGED <<store, past, want, intents, age, jobs, proc>>

RepeatRequest(one) ==
  /\ Fault
  /\ ~one.copy
  /\ net' = net \cup {[one EXCEPT !.copy = TRUE]}
  /\ UNCHANGED <<store, past, want, intents, age, jobs, proc>>

(* Time passes while all wait. AWS refuses requests whose signature is too old. *)
Tick ==
  /\ \A p \in Procs : proc[p].pc = "idle" \/ proc[p].nap
  /\ \A one \in net : one.late
  /\ net # {} \/ Live # Shown \/ \E n \in 1..intents : age[n] < Deadline
  /\ age' = [n \in DOMAIN age |-> IF age[n] < Deadline THEN age[n] + 1 ELSE age[n]]
  /\ net' = {[one EXCEPT !.age = @ + 1] : one \in {other \in net : other.age < Signature}}
  /\ jobs' = [j \in DOMAIN jobs |-> [jobs[j] EXCEPT !.shown = TRUE]]
  /\ proc' = [p \in Procs |->
       IF proc[p].pc = "signed" /\ proc[p].sig <= Signature THEN [proc[p] EXCEPT !.sig = @ + 1] ELSE proc[p]]
  /\ UNCHANGED <<store, past, want, intents, faults>>

-----------------------------------------------------------------------------
(* Machines, people and foreign actors. *)

Crash(p) ==
  /\ Fault
  /\ proc[p].pc # "idle"
  /\ Goes(p, Idle)
  /\ UNCHANGED <<store, past, want, intents, age, jobs, net>>

(* The machine sleeps for as long as it likes. *)
Sleep(p) ==
  /\ Fault
  /\ proc[p].pc # "idle"
  /\ ~proc[p].nap
  /\ Goes(p, [proc[p] EXCEPT !.nap = TRUE])
  /\ UNCHANGED <<store, past, want, intents, age, jobs, net>>

RaiseRun ==
  /\ want < MaxRun
  /\ want' = want + 1
  /\ UNCHANGED <<store, past, intents, age, jobs, net, proc, faults>>

ForeignJob(mark, st) ==
  [by |-> "them", run |-> want, seq |-> 0, after |-> intents, live |-> TRUE, shown |-> FALSE, acted |-> FALSE,
   mark |-> mark, st |-> st]

(* AWS stores nothing in a job that names its owner. *)
IsUnmarked == Kind = "inert" \/ (Kind = "id" /\ ~Marked)

(* Such a job is told apart from an identical one only while no create is open, or once our own job is listed. *)
IsTwinKnown ==
  \/ store.st # "intent"
  \/ Kind = "inert" /\ \E j \in Shown : jobs[j].by = "us" /\ jobs[j].after >= store.first

ForeignCreate(mark, st) ==
  /\ Fault
  /\ ~\E j \in DOMAIN jobs : jobs[j].by = "them"
  /\ IsUnmarked => (mark = "none" /\ (IsTwinKnown \/ Beyond = "twin"))
  /\ (Kind = "id") => ~(\E j \in Live : jobs[j].run = want)
  /\ (Kind # "inert") => (st = "started")
  /\ jobs' = Append(jobs, ForeignJob(mark, st))
  /\ UNCHANGED <<store, past, want, intents, age, net, proc>>

(* Somebody deletes our recorded job, and another one is created under its ID. *)
ReuseId ==
  /\ Fault
  /\ Kind = "id"
  /\ store.id # 0
  /\ jobs[store.id].live
  /\ jobs' = Append([jobs EXCEPT ![store.id].live = FALSE], [ForeignJob("none", "started") EXCEPT !.run = store.run])
  /\ UNCHANGED <<store, past, want, intents, age, net, proc>>

(* Somebody deletes a job that is not on record yet. *)
DeleteJob(j) ==
  /\ Fault
  /\ Beyond = "delete"
  /\ jobs[j].live
  /\ jobs[j].by = "us"
  /\ store.id # j
  /\ jobs' = [jobs EXCEPT ![j].live = FALSE]
  /\ UNCHANGED <<store, past, want, intents, age, net, proc>>

IsQuiet ==
  /\ \A p \in Procs : proc[p].pc = "idle"
  /\ net = {}
  /\ Live = Shown

(* The state's branch, or a backup, brings back an earlier record. No machine remembers the newer one. *)
RollBack(record) ==
  /\ Fault
  /\ record # store
  /\ IsQuiet \/ Beyond = "rollback"
  /\ \A j \in DOMAIN jobs : jobs[j].live
  /\ store' = record
  /\ past' = {}
  /\ UNCHANGED <<want, intents, age, jobs, net, proc>>

-----------------------------------------------------------------------------

Init ==
  /\ store = NoRecord
  /\ past = {NoRecord}
  /\ want = 1
  /\ intents = Birth
  /\ age = [n \in 1..MaxSeq |-> Deadline]
  /\ net = {}
  /\ proc = [p \in Procs |-> Idle]
  /\ \/ jobs = <<>> /\ faults = MaxFaults
     \* A foreign job that does the same is older than the state.
     \/ /\ MaxFaults > 0
        /\ jobs = <<[by |-> "them", run |-> 1, seq |-> 0, after |-> 0, live |-> TRUE, shown |-> TRUE, acted |-> FALSE,
                     mark |-> "none", st |-> "started"]>>
        /\ faults = MaxFaults - 1

Next ==
  \/ \E p \in Procs :
       \/ Look(p) \/ Outdated(p) \/ CommitRecord(p) \/ CommitIntent(p)
       \/ Sign(p) \/ Send(p) \/ Release(p) \/ RecordAnswer(p) \/ TimeOut(p) \/ Start(p) \/ Act(p)
       \/ Crash(p) \/ Sleep(p)
  \/ \E one \in net :
       \/ Execute_Answer(one) \/ Execute_LoseAnswer(one) \/ LoseRequest(one) \/ DelayRequest(one) \/ RepeatRequest(one)
  \/ Tick
  \/ RaiseRun
  \/ \E mark \in {"none", "other"}, st \in {"waiting", "started"} : ForeignCreate(mark, st)
  \/ ReuseId
  \/ \E j \in DOMAIN jobs : DeleteJob(j)
  \/ \E record \in past : RollBack(record)

(* Processes are alike. *)
Symmetry == Permutations(Procs)

-----------------------------------------------------------------------------
(* What is promised. *)

(* The started jobs of a run. *)
Ran(run) == {j \in DOMAIN jobs : jobs[j].by = "us" /\ jobs[j].run = run /\ jobs[j].st = "started"}

(* One request that a proxy repeats makes a second job where AWS names jobs that start at once. Nothing can prevent that: see IsReported. *)
NoSecondJob ==
  \A run \in 1..MaxRun : \A i, j \in Ran(run) : (i # j) => (Kind = "marker" /\ jobs[i].seq = jobs[j].seq)

NoForeignAct == \A j \in DOMAIN jobs : (jobs[j].by = "them") => (~jobs[j].acted /\ store.id # j /\ store.old # j)

AtRest ==
  /\ IsQuiet
  /\ (store.seq # 0) => (age[store.seq] = Deadline)
  /\ Plan(store, Shown).do \in {"wait", "ask", "done"}

(* The wanted job is on record, and no other of its run exists. *)
IsFinished ==
  /\ Plan(store, Shown).do = "done"
  /\ store.run = want
  /\ Ran(want) = {store.id}

(* Nothing is lost, and nobody waits for ever: at rest the job is on record, or a person is asked. *)
IsReported == AtRest => (IsFinished \/ Plan(store, Shown).do = "ask")

(* Violated on purpose: shows that the model gets to its end. *)
NeverFinished == ~(AtRest /\ IsFinished)

(* The bound on intents never stops the model. *)
IsWithinBounds == intents < MaxSeq
=============================================================================
