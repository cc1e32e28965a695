import { minute } from '../../clock.ts'
import { defineOperation, ServiceError } from '../../service.ts'
import { limitExceeded } from './errors.ts'
import { type CreateJobInput, formatJobArn, type IotFacts, indexTags } from './job.ts'
import { checkCreateJob, readSchedule } from './rules.ts'
import { createJob as input } from './shapes.ts'
import { isRollingOut } from './timeline.ts'

/** PUT /jobs/{jobId}: starts rolling out at once, or at the scheduled time. A taken ID is refused, also for an identical request. */
export const createJob = defineOperation<CreateJobInput>({
  name: 'CreateJob',
  method: 'PUT',
  path: '/jobs/{jobId}',
  actions: { tags: 'TagResource' },
  input,
  run: (context, request) => {
    const { jobs, now, partition, region, account, limits } = context
    const { jobId } = request
    checkCreateJob(request)
    const schedule = readSchedule(request, now)
    const resourceArn = formatJobArn(partition, { region, account, id: jobId })
    if (jobs.find(jobId)) {
      const kind = { name: 'ResourceAlreadyExistsException', status: 409 }
      throw new ServiceError(kind, `Job ${jobId} already exists.`, { resourceId: jobId, resourceArn })
    }
    const isFull = () => jobs.reaches(limits.iotConcurrent, (job) => isRollingOut(job, now))
    if (schedule.startsAt === undefined && isFull()) {
      throw limitExceeded(`There may be at most ${limits.iotConcurrent} concurrent jobs.`)
    }
    const facts: IotFacts = {
      // 8 to 12 minutes, by the job's own serial.
      duration: Math.round((8 + 4 * context.ids.fraction('iot duration', jobs.nextSerial())) * minute),
      startsAt: schedule.startsAt ?? now,
      endsAt: schedule.endsAt,
      targets: [...new Set(request.targets)],
      tags: indexTags(request.tags ?? []),
    }
    jobs.add(jobId, request, facts)
    return { body: { jobArn: resourceArn, jobId, description: request.description } }
  },
})
