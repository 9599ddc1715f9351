#!/bin/sh
# A fleet in six shards as a Slurm array, and a job that merges their reports when all have ended.
# motewire reads its part from SLURM_ARRAY_TASK_ID and SLURM_ARRAY_TASK_COUNT.
#
#   BROKER=mqtt://broker:1883 sh examples/shards/slurm.sh submit examples/scenarios/sensors.yaml
#
# Watch: `squeue` shows the tasks; the merge names shards that are missing. To run one again:
#   motewire sim FILE --shard 2/6 --report reports/shard-2-again.json, then merge again.
#
#SBATCH --job-name=fleet
#SBATCH --cpus-per-task=1
#SBATCH --mem=2G
#SBATCH --output=reports/shard-%a.log

set -eu
MOTEWIRE=${MOTEWIRE:-npx motewire}
BROKER=${BROKER:-mqtt://127.0.0.1:1883}
DURATION=${DURATION:-10m}
SHARDS=${SHARDS:-6}

case "${1:-}" in
  submit)
    mkdir -p reports
    array=$(sbatch --parsable --array="0-$((SHARDS - 1))" "$0" run "$2")
    # afterany: a merge without the shard that failed says which one that was.
    sbatch --dependency="afterany:$array" --output=reports/merge.log "$0" merge
    ;;
  run)
    exec $MOTEWIRE sim "$2" --broker "$BROKER" --duration "$DURATION" --quiet \
      --report "reports/shard-$SLURM_ARRAY_TASK_ID.json"
    ;;
  merge)
    exec $MOTEWIRE merge reports/shard-*.json --report reports/fleet.html --report reports/fleet.xml
    ;;
  *)
    echo "usage: $0 submit SCENARIO" >&2
    exit 2
    ;;
esac
